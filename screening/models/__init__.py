from screening.models.instruments import Instrument, TextPack

__all__ = ["Instrument", "TextPack"]
