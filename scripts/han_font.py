"""Make the report's Chinese letters again: Noto Sans CJK's simplified forms of GB 2312, and of names.

    python scripts/han_font.py /usr/share/fonts/opentype/noto

The collections (NotoSansCJK-Regular.ttc, -Bold.ttc) are those of Debian's package `fonts-noto-cjk`, in the version that
`templates/fonts/README.md` names. The same collections and the same fontTools give the same bytes.
"""

import io
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

OUT = Path(__file__).parent.parent / "templates" / "fonts"
WEIGHTS = ("Regular", "Bold")
LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x180)]  # for a line of mixed text that one font has to set alone
PUNCTUATION = [*range(0x2010, 0x2040), *range(0x3000, 0x3020), *range(0xFF01, 0xFF5F), *map(ord, "−≤≥≠≈±×÷→←↑↓✓·…￥€")]
# Letters of people's names that came into use, or into the register, after the standard of 1980.
OF_NAMES = (
    "镕喆堃玥祎昇犇骉淼垚赟翀珺琬琰瑄瑀璟璠瓈甯畯皞睿矞砼祐祺禛秾筱箬篪綦翊翙芃荇莜萱蒽蓁蔺薏薷蘅蠡衎袆褀訚諠譞贇赑轶逴邺郗郜"
    "鄢鋆錡鍂铖锳锜锟镓闫闳陆陞霁霖韡頔顼颋颢飏馀骁骐骦鬶鲲鸢鹍麒麟黉龑昉昕昳晟晞晗晖暐暄暕曈朏杺栐桄梽棨楸榑槿橹欤毓沄沚泂泓洧洺浠浥"
    "淏渟湉湜溦漪滢澔澍濛瀚灏炅炘炜烜烨焜焱煊煜熠燊燚牧玎玙玚珂珣珩琀琎琇琤璇璎璐"
)
KEPT = {0, 5, 7, 13, 14}  # copyright, version, trademark, licence and its address


def gb2312() -> set[int]:
    """Every character of the standard: 6,763 of the script, and 682 signs and letters of others."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue  # the standard leaves places free
    return found


def simplified(collection: Path, weight: str) -> TTFont:
    """The collection's font of simplified forms: one code has other shapes in other countries."""
    for number in range(99):
        font = TTFont(collection, fontNumber=number, lazy=True, recalcTimestamp=False)
        if font["name"].getDebugName(6) == f"NotoSansCJKsc-{weight}":
            return font
    raise LookupError(f"{collection} has no simplified forms")


def number_again(font: TTFont, name: str) -> None:
    """Let each glyph's number be its place, as in the whole font: PDF writes the one and means the other."""
    old = font.getGlyphOrder()
    new = {name: f"cid{at:05}" if at else name for at, name in enumerate(old)}
    font["CFF "].cff.fontNames = [name]
    top = font["CFF "].cff.topDictIndex[0]
    shapes = top.CharStrings
    shapes.charStrings = {new[name]: at for name, at in shapes.charStrings.items()}
    top.charset = [*new.values()]
    top.CIDCount = len(old)
    for table in font["cmap"].tables:
        table.cmap = {code: new[name] for code, name in table.cmap.items()}
    font["hmtx"].metrics = {new[name]: at for name, at in font["hmtx"].metrics.items()}
    font.setGlyphOrder([*new.values()])


def made(folder: Path, weight: str) -> None:
    """Write the font of a weight, and print what it holds."""
    font = simplified(folder / f"NotoSansCJK-{weight}.ttc", weight)
    asked = gb2312()
    drop = ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "DSIG"]
    subsetter = Subsetter(
        Options(layout_features=[], hinting=False, name_IDs=["*"], notdef_outline=True, drop_tables=drop)
    )
    subsetter.populate(unicodes=asked | {*LATIN, *PUNCTUATION, *map(ord, OF_NAMES)})
    subsetter.subset(font)
    names = font["name"]
    names.names = [one for one in names.names if one.nameID in KEPT and one.langID == 0x409]
    for number, told in {1: "Auditor Han", 2: weight, 4: f"Auditor Han {weight}", 6: f"AuditorHan-{weight}"}.items():
        names.setName(told, number, 3, 1, 0x409)
    number_again(font, f"AuditorHan-{weight}")
    data = io.BytesIO()
    font.save(data)
    (OUT / f"AuditorHan-{weight}.otf").write_bytes(data.getvalue())
    there = {*font.getBestCmap()}
    print(
        f"{weight}: {len(there)} characters, {len(data.getvalue()):,} bytes; missing of GB 2312: {len(asked - there)}"
    )


def main() -> int:
    """Write both."""
    for weight in WEIGHTS:
        made(Path(sys.argv[1]), weight)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
