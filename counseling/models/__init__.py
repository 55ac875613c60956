from counseling.models.options import TalkOption, TextTemplate
from counseling.models.talks import TalkDraft, TalkLog, TalkPart, TalkRevision

__all__ = ["TalkDraft", "TalkLog", "TalkOption", "TalkPart", "TalkRevision", "TextTemplate"]
