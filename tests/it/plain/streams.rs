//! Bytes that try what programs seldom do, in the manner of vttest, and recordings of the real agents.
//!
//! In a stream `<C>` and `<R>` stand for the last column and row, `<C-1>` and `<R-1>` for those before; `<80x24>` is a
//! resize, `<show>` a moment to look at besides the end.

use regex::Regex;

/// What is done to a terminal.
pub enum Step {
    Feed(Vec<u8>),
    Resize(u16, u16),
    /// Here it is looked at.
    Show,
}

pub const STREAMS: &[(&str, &str)] = &[
    // Cursor.
    (
        "moves",
        "\x1b[5;10Ha\x1b[3Bb\x1b[2Ac\x1b[4Cd\x1b[9De\x1b[1;1Hf\x1b[<R>;<C>Hg\x1b[99;999Hh\x1b[7Gi\x1b[9dj\x1b[3`k",
    ),
    ("relative moves", "a\x1b[4ab\x1b[2ec"),
    (
        "moves beyond the edges",
        "\x1b[99Aa\x1b[99Db\x1b[99Cc\x1b[99Bd\x1b[99;1He\x1b[99Gf\x1b[0;0Hg\x1b[;5Hh\x1b[4;Hi\x1b[999dj\x1b[2;3fk",
    ),
    (
        "moves within margins",
        "\x1b[5;9r\x1b[7;3Ha\x1b[99Ab\x1b[99Bc\x1b[3;3Hd\x1b[99Ae\x1b[4;9Hf\x1b[99Bg\x1b[12;9Hh\x1b[99Ai\x1b[<R>;20Hj\x1b[99Bk\x1b[r",
    ),
    ("next lines", "a\x1bDb\x1bEc\x1b[3Ed\x1b[2Fe\x0bf\x0cg\x1b[99Eh\x1b[99Fi"),
    ("box by index", "\x1b[2;2H*\x1b[1D\x1bD*\x1b[1D\x1bD*\x1b[1D\x1bM\x1bM\x1b[10C*\x1b[1D\x1bD*\x1bE+"),
    ("backspaces", "abc\x08\x08X\x08\x08\x08\x08\x08Y\x1b[5;9Hab\x1b[Dc"),
    ("controls within sequences", "a\x1b[3\x0812Cb\x1b[2\rCc\x1b[\x0b2Cd\x1b[3\nGe\x1b[2\x18Cf\x1b[\x1b[4Gg"),
    ("zeros in front", "\x1b[00000005;00010Ha\x1b[0000000000000003Bb\x1b[003C\x1b[0Cc\x1b[0Bd"),
    (
        "saved cursor",
        "\x1b[5;5H\x1b[1;31m\x1b7\x1b[m\x1b[1;1Hhome\x1b8back\x1b[s\x1b[9;9Hthere\x1b[uagain\x1b[m",
    ),
    (
        "saved cursor keeps origin and set",
        "\x1b[4;9r\x1b[?6h\x1b[2;2H\x1b(0\x1b7\x1b(B\x1b[?6l\x1b[r\x1b[1;1Hhome\x1b8qqq\x1b(B\x1b[1;1Htop",
    ),
    ("saved cursor waits to wrap", "\x1b[3;<C>Hx\x1b7\x1b[1;1Hhome\x1b8y"),
    ("restored without being saved", "\x1b[5;5H\x1b[31mab\x1b8cd\x1b[9;9H\x1b[uef"),
    ("hidden cursor", "here\x1b[?25l"),
    ("shown cursor", "here\x1b[?25l\x1b[4 qthere\x1b[?25h\x1b[0 q"),
    // The last column.
    (
        "wraps",
        "\x1b[1;<C-1>Habcd\x1b[?7l\x1b[5;<C-1>Hefgh\x1b[?7h\x1b[7;<C>Hx\ry\x1b[9;<C>Hx\x1b[Kz\x1b[11;<C>Hxyz\x1b[99;<C>Hlast",
    ),
    ("waiting to wrap, then back", "\x1b[2;<C>Ha\x08b\x1b[4;<C>Ha\x1b[Db"),
    ("waiting to wrap, then another line", "\x1b[4;<C>Ha\x1b[9db"),
    (
        "waiting to wrap",
        "\x1b[2;<C>Ha\x1b[1Cb\x1b[4;<C>Ha\x1b[2Gb\x1b[6;<C>Ha\x1b[Ab\x1b[8;<C>Ha\nb\x1b[11;<C>Ha\tb\x1b[13;<C>Ha\x1b[1@b\x1b[15;<C>Ha\x1b[Pb\x1b[17;<C>Ha\x1b[Xb\x1b[19;<C>Ha\x1b[mb",
    ),
    (
        "waiting to wrap, edges",
        "\x1b[2;<C>Ha\x1b[Jb\x1b[6;<C>Ha\x1b[1Kb\x1b[8;<C>Ha\x1b[Lb\x1b[11;<C>Ha\x1b[Mb\x1b[15;<C>Ha\x1b[?7l\x1b[?7hb",
    ),
    (
        "a long line",
        "\x1b[2;5H0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789!",
    ),
    ("wraps at the bottom", "top\x1b[<R>;<C-1>Habcd\r\nnext"),
    ("wraps at a margin", "\x1b[3;6r\x1b[6;<C-1>Habcd\x1b[r\x1b[<R>;<C-1>Hefgh"),
    // Margins.
    ("region", "\x1b[3;6r\x1b[3;1Ha\r\nb\r\nc\r\nd\r\ne\r\nf\x1b[3;1H\x1bMg\x1b[r\x1b[10;1Hend"),
    (
        "origin",
        "\x1b[5;9r\x1b[?6h\x1b[1;1Htop\x1b[5;1Hbottom\x1b[99;1Hlast\x1b[3;9H\x1b[1dline\x1b[?6l\x1b[1;1Hhome\x1b[r",
    ),
    ("bad margins", "\x1b[2;2Ha\x1b[9;3rb\x1b[4;4rc\x1b[0;5rd\x1b[<R>;999re\nf\x1b[rg"),
    (
        "scrolls in a region",
        "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\x1b[3;6r\x1b[2Sx\x1b[4;4H\x1b[1Ty\x1b[99Sz\x1b[r",
    ),
    ("scrolls all", "1\r\n2\r\n3\r\n4\r\n5\x1b[41m\x1b[2S\x1b[42m\x1b[1T\x1b[mx"),
    ("outside of a region", "\x1b[4;6r\x1b[2;1Ha\x1bMb\x1bM\x1bMc\x1b[9;1Hd\ne\x1b[<R>;1Hf\ng"),
    ("lines outside of a region", "\x1b[4;6r\x1b[1;1H1\r\n2\x1b[8;1H8\r\n9\x1b[2;5H\x1b[Lh\x1b[8;5H\x1b[Mi"),
    ("a region from the top", "\x1b[1;4r\x1b[1;1H1\r\n2\r\n3\r\n4\r\n5\r\n6\x1b[r\x1b[9;1Hend"),
    // Lines and characters.
    ("lines", "1\r\n2\r\n3\r\n4\r\n5\x1b[2;3H\x1b[2Lx\x1b[5;3H\x1b[1My\x1b[99Lz"),
    (
        "lines within margins",
        "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\x1b[2;5r\x1b[3;2H\x1b[44m\x1b[Lx\x1b[4;2H\x1b[2My\x1b[m\x1b[r",
    ),
    (
        "characters",
        "abcdefgh\x1b[1;3H\x1b[2@\x1b[1;7H\x1b[2P\x1b[2;1Habcdef\x1b[2;3H\x1b[2X\x1b[3;1Habc\x1b[4;1Habc\x1b[1G\x1b[44m\x1b[@\x1b[5;1Habc\x1b[1G\x1b[P\x1b[X\x1b[99P",
    ),
    (
        "characters at the edge",
        "\x1b[1;<C-1>Hab\x1b[1;1H\x1b[3@\x1b[2;<C-1>Hab\x1b[2;1H\x1b[41m\x1b[99@\x1b[3;<C-1>Hab\x1b[3;1H\x1b[99X\x1b[4;<C-1>Hab\x1b[4;3H\x1b[5P\x1b[m",
    ),
    ("insert mode", "abc\x1b[1G\x1b[4hX\x1b[2;<C-1>Hab\x1b[2;1HYZ\x1b[3;1Hde\x1b[3;1H你\x1b[4l\x1b[3;1Hf"),
    (
        "erase",
        "\x1b[44m\x1b[1;1Habcdef\x1b[1;3H\x1b[K\x1b[2;1Habcdef\x1b[2;3H\x1b[1K\x1b[3;1Habc\x1b[2K\x1b[m\x1b[12;1Hx\x1b[41m\x1b[J\x1b[m",
    ),
    ("erase above", "a\r\nb\r\nc\r\nd\r\ne\x1b[3;2H\x1b[45m\x1b[1J\x1b[me"),
    ("erase above in the second line", "ab\r\ncd\x1b[2;1H\x1b[1Jx"),
    (
        "delete more than there is",
        "abcdef\x1b[1;3H\x1b[99Px\x1b[2;1Habcdef\x1b[2;3H\x1b[78Px\x1b[3;1Habcdef\x1b[3;3H\x1b[79Px\x1b[4;1Habcdef\x1b[4;3H\x1b[77Px\x1b[5;1Habcdef\x1b[5;3H\x1b[99@x",
    ),
    ("erase all", "a\r\nb\x1b[46m\x1b[2Jc\x1b[m\x1b[3Jd"),
    ("selective erase", "\x1b[1\"qabc\x1b[0\"qdef\x1b[1;1H\x1b[?2K\x1b[?Jx"),
    ("alignment", "\x1b[3;5r\x1b[31mx\x1b#8\x1b[10;10H\x1b[1J\x1b[20;20H\x1b[0J\x1b[12;1Hx\n\x1b[5;1H\ny"),
    ("repeat", "a\x1b[9bx\x1b[2;5Hb\x1b[b\x1b[2b"),
    ("repeat over the edge", "\x1b[2;<C-1>Hb\x1b[5b"),
    ("repeat wide", "你\x1b[2b"),
    ("repeat with another look", "c\x1b[31m\x1b[2b\x1b[7;1H\x1b[3bz"),
    // Tabs.
    ("tabs", "a\tb\tc\x1b[3g\x1b[2;1Ha\tb\x1b[3;5H\x1bH\x1b[3;1Ha\tb\x1b[4;30H\x1b[Zx"),
    ("tabs forward", "a\x1b[2Ib\x1b[2;1H\x1b[99Ic"),
    ("tabs over text", "abcdefghijkl\x1b[1G\t.\x1b[2;1H你好\x1b[1G\tx\x1b[3;1H\x1b[44ma\tb\x1b[m"),
    ("tabs at the edge", "\x1b[1;<C-1>Ha\tb\tc\x1b[5;20H\x1b[99Zy\x1b[6;9H\x1b[g\x1b[6;1H\tz"),
    // Sets of characters.
    (
        "drawing",
        "\x1b(0lqqwqqk\x1b(B\x1b[2;1H\x1b(0x\x1b(B a\x1b(0x\x1b(B\x1b[3;1H\x1b)0\x0emqqvqqj\x0fq\x1b(0`afgijklmnopqrstuvwxyz{|}~\x1b(B",
    ),
    (
        "drawing of all",
        "\x1b(0 !ABCXYZ[\\]^_`abcde\x1b(B|\r\n\x1b(A#\x1b(B#\x1b)0a\x0e\x1b[31mq\x1b)Bq\x0f\x1b[m",
    ),
    (
        "odd escapes",
        "a\x1b%Gb\x1b F\x1bcc\x1b#3d\x1b#6e\x1b=f\x1b>g\x1b\\h\x1bZi\x1b[?0hj\x1b[cx\x1b[>cy\x1b[0ck",
    ),
    // Looks.
    (
        "colours",
        "\x1b[31mr\x1b[92mg\x1b[38;5;200mp\x1b[48;2;1;2;3mb\x1b[39;49md\x1b[7mi\x1b[27;1mb\x1b[22;2md\x1b[22;3mi\x1b[23;4mu\x1b[24;1;4;7mall\x1b[mx",
    ),
    (
        "colours with colons",
        "\x1b[38:5:200ma\x1b[38:2::1:2:3mb\x1b[38:2:4:5:6mc\x1b[48:2::7:8:9md\x1b[48:5:17me\x1b[38:5:1;48:5:9mf\x1b[39mg\x1b[49mh\x1b[38;2;300;1;1mi\x1b[38;5mj\x1b[mk",
    ),
    (
        "all sixteen",
        "\x1b[30;107ma\x1b[31;106mb\x1b[32;105mc\x1b[33;104md\x1b[34;103me\x1b[35;102mf\x1b[36;101mg\x1b[37;100mh\x1b[90;47mi\x1b[97;40mj\x1b[0;38;5;3mk\x1b[38;5;15ml\x1b[m",
    ),
    (
        "underlines",
        "\x1b[4ma\x1b[4:2mb\x1b[4:3mc\x1b[4:4md\x1b[4:5me\x1b[4:0mf\x1b[21mg\x1b[24mh\x1b[4:3;58:5:9mi\x1b[58;2;1;2;3mj\x1b[58:2::4:5:6mk\x1b[59ml\x1b[4:1mm\x1b[mn",
    ),
    (
        "attributes",
        "\x1b[1ma\x1b[2mb\x1b[22mc\x1b[3md\x1b[23me\x1b[7mf\x1b[27mg\x1b[8mh\x1b[28mi\x1b[9mj\x1b[29mk\x1b[1;2;3;4;7;9ml\x1b[;1mm\x1b[mn",
    ),
    ("blink and overline", "\x1b[5ma\x1b[25mb\x1b[6mc\x1b[25md\x1b[53me\x1b[55mf"),
    (
        "looks of what is erased",
        "\x1b[4;7;31;42mab\x1b[K\r\n\x1b[1;9mc\x1b[3Xd\x1b[2@e\x1b[P\r\n\x1b[J\x1b[mf",
    ),
    ("looks that wrap at the bottom", "\x1b[<R>;<C-1>H\x1b[41mabcd\x1b[m"),
    ("looks that scroll in", "\x1b[<R>;1H\x1b[4;41mab\r\n\r\ncd\x1b[m\x1b[1;1H\x1b[44m\x1bM\x1b[m"),
    // Wide characters, marks, emoji.
    (
        "wide",
        "a你好\x1b[1;3Hx\x1b[2;1Ha你好\x1b[2;4H.\x1b[3;<C-1>H你\x1b[4;<C>H你\x1b[7;1Ha\u{301}e\u{308}x\x1b[8;<C-1>H你好",
    ),
    ("wide over wide", "a你好吗\x1b[1;3H界"),
    ("wide at the left edge", "你好\x1b[1;2Hx\x1b[2;1H你好\x1b[2;1Hy"),
    (
        "halves of wide",
        "\x1b[3;1Ha你好\x1b[3;3H\x1b[P\x1b[4;1Ha你好\x1b[4;3H\x1b[@\x1b[5;1Ha你好\x1b[5;5H\x1b[K",
    ),
    ("wide without wrap", "\x1b[?7l\x1b[1;<C-1>H你好\x1b[2;<C>H你\x1b[3;<C-1>Ha你b\x1b[?7h"),
    ("wide with colours", "\x1b[41m你\x1b[42m好\x1b[m\x1b[2;1H\x1b[7ma你\x1b[27mb\x1b[2;1Hy\x1b[m"),
    (
        "halves of wide with colours",
        "a\x1b[41m你\x1b[42m好\x1b[m\x1b[1;3Hx\x1b[2;1Ha\x1b[7m你\x1b[27m\x1b[2;2Hy",
    ),
    (
        "wide and inserted",
        "\x1b[1;<C-1>H你\x1b[1;1H\x1b[@\x1b[2;<C-1>H你\x1b[2;1H\x1b[Px\x1b[3;1Ha你b\x1b[3;3H\x1b[@\x1b[4;1Ha你b\x1b[4;3H\x1b[P",
    ),
    (
        "marks",
        "e\u{301}\x1b[2;1H\u{301}x\x1b[3;<C>Hn\u{303}y\x1b[5;1H你\u{301}z\x1b[6;1Ho\u{302}\u{323}p\x1b[7;1Ha\x1b[31m\u{308}b\x1b[m\x1b[8;5Ha\x1b[8;9H\u{301}c\x1b[9;1H\u{200b}d\u{feff}f",
    ),
    ("soft hyphen", "a\u{ad}b"),
    ("emoji", "😀a\r\n👍🏽b\x1b[2;20H|\r\n🇩🇪d\x1b[4;20H|\r\n☀\u{fe0e}f\x1b[6;20H|"),
    ("emoji that are joined", "👩\u{200d}👧c\x1b[1;20H|\r\n🏳\u{fe0f}\u{200d}🌈h\x1b[2;20H|"),
    ("emoji by a selector", "❤\u{fe0f}e\x1b[1;20H|\r\n1\u{fe0f}\u{20e3}g\x1b[2;20H|"),
    (
        "scripts",
        "नमस्ते|\r\nสวัสดี|\r\n한국어|\r\n\u{1112}\u{1161}\u{11ab}|\r\nعربي|\r\nｶﾀｶﾅ ＡＢ|\r\n①②→…·│█▏⠿|",
    ),
    ("bad characters", "a\u{80}b\u{9b}31mc\u{7f}d\u{0}e\u{fffd}f\u{e000}g\u{f0000}h\u{2028}i"),
    // Screens.
    ("alternate 1049", "main\x1b[3;3H\x1b[31m\x1b[?1049h<show>\x1b[5;5Halternate<show>\x1b[?1049lafter"),
    ("alternate 47", "main\x1b[?47halternate\x1b[9;9Hfar<show>\x1b[?47lafter\x1b[?47hagain"),
    ("alternate 1047", "main\x1b[?1047halternate\x1b[9;9Hfar<show>\x1b[?1047lafter\x1b[?1047hagain"),
    ("alternate twice", "main\x1b[?1049ha\x1b[?1049hb\x1b[?1049lc\x1b[?1049ld"),
    ("alternate with 1048", "main\x1b[?1048h\x1b[?1047h\x1b[9;9Hfar\x1b[?1047l\x1b[?1048lback"),
    ("alternate and margins", "main\x1b[3;5r\x1b[?1049h\x1b[5;1Ha\nb<show>\x1b[?1049l\x1b[5;1Hc\nd"),
    ("alternate scrolls", "1\r\n2\x1b[?1049h\x1b[<R>;1Ha\r\nb\r\nc<show>\x1b[?1049lx"),
    (
        "full screen program",
        "\x1b[?1049h\x1b[22;0;0t\x1b[1;<R>r\x1b(B\x1b[m\x1b[4l\x1b[?7h\x1b[?1h\x1b=\x1b[H\x1b[2J\x1b[2;1H\x1b[7m bar \x1b[27m\x1b[<R>;1H:\x1b[K<show>\x1b[<R>;1H\x1b[?1049l\x1b[23;0;0t\r\x1b[?1l\x1b>done",
    ),
    // Modes and resets.
    ("synchronized", "a\x1b[?2026hb\x1b[2;2Hc<show>\x1b[?2026ld"),
    ("new line mode", "a\nb\x1b[20hc\nd\x1b[20le\nf"),
    ("soft reset", "\x1b[3;9r\x1b[?6h\x1b[4h\x1b[1;31m\x1b(0\x1b[?25l\x1b[2;2Hq\x1b[!pab\x1b[1;1Hc"),
    ("reset", "\x1b[3;9r\x1b[?6h\x1b[4h\x1b[1;31m\x1b(0\x1b[?25l\x1b[?7l\x1b[2;2Hq\x1b[?1049hx\x1bcab\tc"),
    (
        "reset of the main screen",
        "\x1b[3;9r\x1b[?6h\x1b[4h\x1b[1;31m\x1b(0\x1b[?25l\x1b[?7l\x1b[2;2Hq\x1b[3g\x1bcab\tc",
    ),
    ("columns 132", "text\x1b[3;9r\x1b[?3hafter\x1b[?3lagain"),
    (
        "links",
        "a \x1b]8;;http://x.y/z\x1b\\link\x1b]8;;\x1b\\ b \x1b]8;id=1;http://x.y/w\x07other\x1b]8;;\x07 c",
    ),
    (
        "strings",
        "a\x1b]0;title\x07b\x1b]52;c;eA==\x07c\x1bPq#0;2;0;0;0~\x1b\\d\x1b_Gi=1;AAAA\x1b\\e\x1b^private\x1b\\f\x1bXstart\x1b\\g\x1b]1337;x=y\x07h\x1b]9;4;1;50\x1b\\i\x1b]133;A\x07j\x1b]7501;run\x07k",
    ),
    ("title of screen", "a\x1bktitle\x1b\\b"),
    (
        "keyboard and mouse",
        "a\x1b[>1u\x1b[=5;1u\x1b[?u\x1b[<ub\x1b[>4;2m\x1b[>4mc\x1b[?1000h\x1b[?1003h\x1b[?1006h\x1b[?1004h\x1b[?2004hd\x1b[?1003le\x1b[?2031hf",
    ),
    (
        "unknown",
        "a\x1b[1;2;3zb\x1b[?5hc\x1b[5;6;7;8;9;10;11;12yd\x1b[1#{e\x1b[#}f\x1b[ @g\x1b[2*xh\x1b[1$}i\x1b['{j\x1b[4'}k",
    ),
    // Resizes.
    (
        "narrower",
        "one line that is wrapped when it gets narrow, and then some more of it\r\n你好 two\x1b[5;1H\x1b[31mred\x1b[m <50x24>x",
    ),
    (
        "narrower and wider",
        "one line that is wrapped when it gets narrow, and then some more of it\r\ntwo\r\nthree<50x20>x<show><90x24>y",
    ),
    ("lower and higher", "1\r\n2\r\n3\r\n4\r\n5\r\n6\x1b[<R>;1Hlast<80x12>x<show><80x30>y"),
    ("lower with room below", "1\r\n2\r\n3<80x12>x<show><80x30>y"),
    (
        "alternate resized",
        "main line\x1b[?1049h\x1b[2;5r\x1b[<R>;1Hbottom\x1b[1;30Hab\x1b[3;3Hhere<60x20>x<show><100x30>y<show>\x1b[?1049lz",
    ),
    ("alternate cut off", "main line\x1b[?1049h\x1b[1;<C-1>Hab<60x20>x<show><100x30>y"),
    ("resized in a region", "\x1b[3;6r\x1b[?6h\x1b[2;2Ha<100x40>b\x1b[4;1Hc\nd"),
];

/// Bytes of real agents, recorded at 120x40; on a screen of another size they are one more odd stream.
pub const RECORDINGS: &[(&str, &[u8])] = &[
    ("pi in the alternate screen", include_bytes!("../fixtures/pi/pty_answer_fullscreen.raw")),
    ("pi after errors", include_bytes!("../fixtures/pi/pty_err.raw")),
    ("pi with a gate", include_bytes!("../fixtures/pi/pty_gate_ui.raw")),
    ("pi that ends", include_bytes!("../fixtures/pi/pty_slashquit.raw")),
    ("claude", include_bytes!("../fixtures/claude/terminal.raw")),
    ("claude that asks for trust", include_bytes!("../fixtures/claude/terminal_trust.raw")),
    ("codex", include_bytes!("../fixtures/codex/terminal.raw")),
    ("opencode", include_bytes!("../fixtures/opencode/terminal.raw")),
];

/// The steps of a stream on a screen of this size; the end is always looked at.
pub fn steps(text: &str, (cols, rows): (u16, u16)) -> Vec<Step> {
    let mut size = (cols, rows);
    let mut steps = Vec::new();
    let mut from = 0;
    let mut feed: Vec<u8> = Vec::new();
    for found in Regex::new("<(C|R|C-1|R-1|show|[0-9]+x[0-9]+)>").unwrap().find_iter(text) {
        feed.extend_from_slice(&text.as_bytes()[from..found.start()]);
        from = found.end();
        let mut flush = || steps.push(Step::Feed(std::mem::take(&mut feed)));
        match found.as_str().trim_matches(['<', '>']) {
            "C" => feed.extend_from_slice(size.0.to_string().as_bytes()),
            "R" => feed.extend_from_slice(size.1.to_string().as_bytes()),
            "C-1" => feed.extend_from_slice((size.0 - 1).to_string().as_bytes()),
            "R-1" => feed.extend_from_slice((size.1 - 1).to_string().as_bytes()),
            "show" => {
                flush();
                steps.push(Step::Show);
            }
            other => {
                let (cols, rows) = other.split_once('x').unwrap();
                size = (cols.parse().unwrap(), rows.parse().unwrap());
                flush();
                steps.push(Step::Resize(size.0, size.1));
            }
        }
    }
    feed.extend_from_slice(&text.as_bytes()[from..]);
    steps.extend([Step::Feed(feed), Step::Show]);
    steps
}

/// The steps of a recording: looked at after each third, or with another size from the middle on.
pub fn recorded(bytes: &[u8], resized: Option<(u16, u16)>) -> Vec<Step> {
    let feed = |from: usize, to: usize| Step::Feed(bytes[from..to].to_vec());
    match resized {
        Some((cols, rows)) => {
            let middle = between(bytes, bytes.len() / 2);
            vec![feed(0, middle), Step::Resize(cols, rows), Step::Show, feed(middle, bytes.len()), Step::Show]
        }
        None => {
            let (first, second) = (between(bytes, bytes.len() / 3), between(bytes, bytes.len() * 2 / 3));
            let parts = [feed(0, first), feed(first, second), feed(second, bytes.len())];
            parts.into_iter().flat_map(|part| [part, Step::Show]).collect()
        }
    }
}

/// The next place at which no sequence is under way: where the next one begins.
fn between(bytes: &[u8], from: usize) -> usize {
    bytes[from..].windows(2).position(|pair| pair == b"\x1b[").map_or(bytes.len(), |distance| from + distance)
}
