from screening.forms.instruments import InstrumentFileForm, TextPackForm
from screening.forms.surveys import QuestionForm, SurveyForm

__all__ = ["InstrumentFileForm", "QuestionForm", "SurveyForm", "TextPackForm"]
