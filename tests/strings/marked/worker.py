"""The worker, whose emails and passes are marked."""

import workers.main
from i18n.catalogs.templates import number_sentences
from i18n.marks import is_marking
from i18n.translator import enable_marks

if __name__ == "__main__":
    enable_marks(number_sentences())
    is_marking.set(True)
    workers.main.main()
