"""Uploaded pictures: shown under an address of this site, and taken from forms."""

import re

from litestar import Response, get
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.pictures import read_picture, upload_picture
from frontend.api.responses import BackendProblem
from frontend.kit.assets import FOREVER
from frontend.kit.forms import Form
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import N_, get_translator

FORM_BYTES_MAX = 9 * 1024 * 1024
"""More than the backend takes for a picture, so that a picture that is too large gets its own sentence."""
NOT_FOUND, TOO_LARGE = 404, 413
PICTURE = re.compile("[0-9a-f]{64}")


@get("/pictures/{picture:str}", name="picture")
async def show_picture(caller: NamedDependency[Caller], picture: FromPath[str]) -> Response[bytes]:
    """Serves the picture from this site, because the content security policy allows no other."""
    if not PICTURE.fullmatch(picture):
        raise NotFoundException
    try:
        media_type, content = await read_picture(caller, picture)
    except BackendProblem as problem:
        if problem.status == NOT_FOUND:
            raise NotFoundException from problem
        raise
    return Response(content, media_type=media_type, headers={"Cache-Control": FOREVER})


async def take_picture(request: Request, caller: Caller, form: Form) -> None:
    """Uploads the file of the field `picture_file` and keeps its hash in the field `picture`.

    The form has the hash in a hidden field, so a picture is not lost when another field is invalid.
    """
    file = (await request.form()).get("picture_file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    if not content:
        return
    try:
        form.fields["picture"] = (await upload_picture(caller, content)).hash
        form.fields.pop("remove_picture", None)
    except BackendProblem as problem:
        if problem.status == TOO_LARGE:
            say = get_translator(language_of(request)).gettext
            form.errors["picture"] = say(N_("The picture is larger than 8 MB. Choose a smaller one."))
        elif problem.code == "picture_unreadable":
            form.errors["picture"] = problem.sentence
        else:
            raise
