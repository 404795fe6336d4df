"""The words of the forms and the vocabularies: data, loaded by migrations, so that an authority can edit its own."""

from django.db import models


class ListName(models.TextChoices):
    """The vocabularies of `practice.md` §4 and the toolkit. One list, many items."""

    GENDER = "gender", "Gender"
    ETHNICITY = "ethnicity", "Ethnicity"
    DISABILITY = "disability", "Disability"
    LEGAL_STATUS = "legal-status", "Legal status"
    EDUCATION = "education", "Education"
    HARM = "harm", "Kinds of extra-familial harm"
    INTERVENTION = "intervention", "Intervention options"
    PANEL_CATEGORY = "panel-category", "Categories of the panel"


class ListItemQuerySet(models.QuerySet):
    def of(self, list_name: str) -> "ListItemQuerySet":
        """The items of one list that may be chosen today, in their order."""
        return self.filter(list=list_name, active=True)


class ListItem(models.Model):
    """One choice of a vocabulary. Items that records use are switched off, never deleted."""

    list = models.CharField(max_length=30, choices=ListName.choices)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    order = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    objects = ListItemQuerySet.as_manager()

    class Meta:
        ordering = ["list", "order", "label"]
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="list_item_code_once_a_list")]

    def __str__(self) -> str:
        return self.label


class FormName(models.TextChoices):
    """The toolkit's forms whose sections and prompts are data."""

    SUITABILITY = "suitability", "Suitability for case consultation"
    CONSULTATION = "consultation", "Case consultation form (Appendix B)"
    ACTIONS = "actions", "Agreed actions (Appendix B)"
    DATA_ENTRY = "data-entry", "Data entry form"
    FRAMEWORK_POINTS = "framework-points", "Points for discussion in case consultation (Appendix A)"
    FRAMEWORK_FACTORS = "framework-factors", "Individual and contextual factors to consider (Appendix A)"


class FormSectionQuerySet(models.QuerySet):
    def of(self, form: str) -> "FormSectionQuerySet":
        """The sections of one form in use today, in their order, with their prompts in two queries."""
        return self.filter(form=form, active=True).prefetch_related("prompts")


class FormSection(models.Model):
    """One heading or question of a toolkit form, word for word. `short` ones take a line instead of a page."""

    form = models.CharField(max_length=20, choices=FormName.choices)
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=300)
    short = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    objects = FormSectionQuerySet.as_manager()

    class Meta:
        ordering = ["form", "order"]
        constraints = [models.UniqueConstraint(fields=["form", "key"], name="form_section_key_once_a_form")]

    def __str__(self) -> str:
        return self.title

    def prompt_texts(self) -> list[str]:
        """The guidance prompts in use, in their order, from what `FormSectionQuerySet.of` has fetched."""
        return [prompt.text for prompt in self.prompts.all() if prompt.active]


class FormPrompt(models.Model):
    """A guidance prompt of Appendix B below its section."""

    section = models.ForeignKey(FormSection, on_delete=models.CASCADE, related_name="prompts")
    text = models.TextField()
    order = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["section", "order"]

    def __str__(self) -> str:
        return self.text


class Counter(models.Model):
    """The last number given out in a series such as `CS-2026`."""

    series = models.CharField(max_length=40, primary_key=True)
    value = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.series}: {self.value}"
