"""Images.

Takes: entities of images.
Gives: `Image`, which notebooks show.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from linkdata.objects.access import Object
from linkdata.objects.known import CORE

if TYPE_CHECKING:
    from linkdata.objects.display import Picture


class Image(Object):
    """An image: x, y, and colours where it has them."""

    _TYPE: ClassVar[tuple[str, str]] = (CORE, "Image")

    def _picture(self) -> Picture | None:
        from linkdata.objects.pictures import image

        return image(self)
