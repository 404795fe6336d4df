"""Finding rows by the words in them: PostgreSQL's full-text search, each typed word as the beginning of one.

Words are compared in small letters and without accents. Punctuation parts them and is also looked through, so that
"O'Brien" is found as "O'Brien", "OBrien" and "Brien", and "99/123-4" as "991234". Each model that is searched has a
GIN index over `Words(…)` of the same fields (ADR 17).
"""

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, F, Func, TextField, Value

# Of a longer word only so much is looked for: PostgreSQL refuses more than 2,046 bytes.
LONGEST = 60
# Letters that do not come apart into a letter and an accent; accents of Latin, Hebrew and Arabic letters.
_WHOLE, _PLAIN = "łŁøØđĐı", "llooddi"
_ACCENTS = r"[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670]"
# What parts words, and what of it may stand inside one.
_PARTS = r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+"
_INSIDE = r"[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u009f\u00a1-\u00bf\u2010-\u2027\u2030-\u205e]+"


class _Text(Func):
    """A field's text; an empty one where there is none."""

    template = "coalesce(%(expressions)s, '')"
    output_field = TextField()


class _Plain(Func):
    """Some texts as one, in small letters without accents."""

    arg_joiner = " || ' ' || "
    template = (
        f"lower(regexp_replace(normalize(translate(%(expressions)s, '{_WHOLE}', '{_PLAIN}'), NFKD), "
        f"'{_ACCENTS}', '', 'g'))"
    )
    output_field = TextField()


class _Parted(Func):
    """A text with a space for all that parts words."""

    template = f"regexp_replace(%(expressions)s, '{_PARTS}', ' ', 'g')"
    output_field = TextField()


class _Joined(Func):
    """A text without what stands inside words."""

    template = f"regexp_replace(%(expressions)s, '{_INSIDE}', '', 'g')"
    output_field = TextField()


class Words(Func):
    """The words of some fields of a row: what an index holds."""

    template = "to_tsvector('simple'::regconfig, %(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()

    def __init__(self, *fields: str) -> None:
        texts = [_Text(F(name)) for name in fields]
        super().__init__(_Parted(_Plain(*texts)), _Joined(_Plain(*texts)))


class _Beginnings(Func):
    """The query for a typed word as its parts, each the beginning of a word."""

    template = r"('(' || regexp_replace(nullif(btrim(%(expressions)s), ''), '\s+', ':* & ', 'g') || ':*)')"
    output_field = TextField()


class _Beginning(Func):
    """The query for a typed word with its parts joined."""

    template = r"(' | ' || regexp_replace(%(expressions)s, '\s+', '', 'g') || ':*')"
    output_field = TextField()


class _Query(Func):
    template = "to_tsquery('simple'::regconfig, %(expressions)s)"
    arg_joiner = " || "


class HasWord(Func):
    """Whether some fields of a row have a word that begins with what was typed; it may have several parts."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, word: str, *fields: str) -> None:
        typed = _Plain(Value(word[:LONGEST], output_field=TextField()))
        query = [_Beginnings(_Parted(typed))]
        if not word.isalnum():
            query.append(_Beginning(_Joined(typed)))
        super().__init__(Words(*fields), _Query(*query))


def typed_words(text: str) -> list[str]:
    """What to look for of a typed text: its words, as far as there is a letter or digit in them."""
    return [word for word in text.split() if any(letter.isalnum() for letter in word)]
