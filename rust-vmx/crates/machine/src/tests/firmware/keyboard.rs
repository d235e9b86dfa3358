//! The words of all keys, as a program reads them.

use super::keys::{drain, read, type_codes};
use crate::testing::bench;
use std::vec::Vec;

/// Key, its scan codes when pressed, and its words: by itself, with Shift, with Control, with Alt. Of two words the first is what
/// AH=00h reads, the second what AH=10h does; `-` is nothing.
const WORDS: &str = "
Esc       01    011B      011B      011B      -/0100
1         02    0231      0221      -         7800
2         03    0332      0340      0300      7900
3         04    0433      0423      -         7A00
4         05    0534      0524      -         7B00
5         06    0635      0625      -         7C00
6         07    0736      075E      071E      7D00
7         08    0837      0826      -         7E00
8         09    0938      092A      -         7F00
9         0A    0A39      0A28      -         8000
0         0B    0B30      0B29      -         8100
-         0C    0C2D      0C5F      0C1F      8200
=         0D    0D3D      0D2B      -         8300
Backspace 0E    0E08      0E08      0E7F      -/0E00
Tab       0F    0F09      0F00      -/9400    -/A500
q         10    1071      1051      1011      1000
w         11    1177      1157      1117      1100
e         12    1265      1245      1205      1200
r         13    1372      1352      1312      1300
t         14    1474      1454      1414      1400
y         15    1579      1559      1519      1500
u         16    1675      1655      1615      1600
i         17    1769      1749      1709      1700
o         18    186F      184F      180F      1800
p         19    1970      1950      1910      1900
[         1A    1A5B      1A7B      1A1B      -/1A00
]         1B    1B5D      1B7D      1B1D      -/1B00
Enter     1C    1C0D      1C0D      1C0A      -/1C00
a         1E    1E61      1E41      1E01      1E00
s         1F    1F73      1F53      1F13      1F00
d         20    2064      2044      2004      2000
f         21    2166      2146      2106      2100
g         22    2267      2247      2207      2200
h         23    2368      2348      2308      2300
j         24    246A      244A      240A      2400
k         25    256B      254B      250B      2500
l         26    266C      264C      260C      2600
;         27    273B      273A      -         -/2700
'         28    2827      2822      -         -/2800
`         29    2960      297E      -         -/2900
\\         2B    2B5C      2B7C      2B1C      -/2B00
z         2C    2C7A      2C5A      2C1A      2C00
x         2D    2D78      2D58      2D18      2D00
c         2E    2E63      2E43      2E03      2E00
v         2F    2F76      2F56      2F16      2F00
b         30    3062      3042      3002      3000
n         31    316E      314E      310E      3100
m         32    326D      324D      320D      3200
,         33    332C      333C      -         -/3300
.         34    342E      343E      -         -/3400
/         35    352F      353F      -         -/3500
Space     39    3920      3920      3920      3920
F1        3B    3B00      5400      5E00      6800
F2        3C    3C00      5500      5F00      6900
F3        3D    3D00      5600      6000      6A00
F4        3E    3E00      5700      6100      6B00
F5        3F    3F00      5800      6200      6C00
F6        40    4000      5900      6300      6D00
F7        41    4100      5A00      6400      6E00
F8        42    4200      5B00      6500      6F00
F9        43    4300      5C00      6600      7000
F10       44    4400      5D00      6700      7100
F11       57    -/8500    -/8700    -/8900    -/8B00
F12       58    -/8600    -/8800    -/8A00    -/8C00
102nd     56    565C      567C      -         -
pad*      37    372A      372A      -/9600    -/3700
pad-      4A    4A2D      4A2D      -/8E00    -/4A00
pad+      4E    4E2B      4E2B      -/9000    -/4E00
pad7      47    4700      4737      7700      -
pad8      48    4800      4838      -/8D00    -
pad9      49    4900      4939      8400      -
pad4      4B    4B00      4B34      7300      -
pad5      4C    -/4C00    4C35      -/8F00    -
pad6      4D    4D00      4D36      7400      -
pad1      4F    4F00      4F31      7500      -
pad2      50    5000      5032      -/9100    -
pad3      51    5100      5133      7600      -
pad0      52    5200      5230      -/9200    -
pad.      53    5300      532E      -/9300    -
padEnter  E01C  1C0D/E00D 1C0D/E00D 1C0A/E00A -/A600
pad/      E035  352F/E02F 352F/E02F -/9500    -/A400
Home      E047  4700/47E0 4700/47E0 7700/77E0 -/9700
Up        E048  4800/48E0 4800/48E0 -/8DE0    -/9800
PgUp      E049  4900/49E0 4900/49E0 8400/84E0 -/9900
Left      E04B  4B00/4BE0 4B00/4BE0 7300/73E0 -/9B00
Right     E04D  4D00/4DE0 4D00/4DE0 7400/74E0 -/9D00
End       E04F  4F00/4FE0 4F00/4FE0 7500/75E0 -/9F00
Down      E050  5000/50E0 5000/50E0 -/91E0    -/A000
PgDn      E051  5100/51E0 5100/51E0 7600/76E0 -/A100
Ins       E052  5200/52E0 5200/52E0 -/92E0    -/A200
Del       E053  5300/53E0 5300/53E0 -/93E0    -/A300
PrtSc     E037  -         -         7200      -
Menu      E05D  -         -         -         -
SysRq     54    -         -         -         -
";

/// Left Shift, Control, Alt.
const MODIFIERS: [Option<u8>; 4] = [None, Some(0x2A), Some(0x1D), Some(0x38)];

/// The codes in a string of hexadecimal digits.
fn codes(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn expected(text: &str) -> Option<u16> {
    (text != "-").then(|| u16::from_str_radix(text, 16).unwrap())
}

#[test]
fn every_key_has_its_words() {
    let mut bench = bench();
    for row in WORDS.lines().filter(|row| !row.is_empty()) {
        let fields: Vec<_> = row.split_whitespace().collect();
        let pressed = codes(fields[1]);
        let mut released = pressed.clone();
        *released.last_mut().unwrap() |= 0x80;
        for (column, modifier) in fields[2..].iter().zip(MODIFIERS) {
            let (standard, extended) = column.split_once('/').unwrap_or((column, column));
            for (function, word) in [(0x00, standard), (0x10, extended)] {
                if let Some(code) = modifier {
                    type_codes(&mut bench, &[code]);
                }
                type_codes(&mut bench, &pressed);
                type_codes(&mut bench, &released);
                let got = read(&mut bench, function);
                assert_eq!(
                    got,
                    expected(word),
                    "{} with {modifier:02x?}, read by AH={function:02x}h",
                    fields[0]
                );
                if let Some(code) = modifier {
                    type_codes(&mut bench, &[code | 0x80]);
                }
                drain(&mut bench);
            }
        }
    }
}
