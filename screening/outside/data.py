"""What stands in files from elsewhere, in the languages they come in."""

import re

YES_NO = (("true", {"zh": "是", "en": "Yes"}), ("false", {"zh": "否", "en": "No"}))
# label::Chinese (zh), label::中文 …
CHINESE = re.compile(r"chinese|中文|汉语|\(zh", re.IGNORECASE)
ENGLISH = re.compile(r"english|英文|\(en", re.IGNORECASE)
