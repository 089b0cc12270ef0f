from backend.core.problems import Problem
from i18n.translator import N_


class PictureUnreadable(Problem):
    code, status = "picture_unreadable", 422
    title = N_("This file cannot be used as a picture")
    detail = N_("Use a PNG, JPEG or WebP file of at most 20 megapixels.")


class PictureNotFound(Problem):
    code, status = "picture_not_found", 404
    title = N_("There is no such picture")
