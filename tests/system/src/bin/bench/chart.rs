//! The picture of the README: bars for what an operation takes here and with KVM, on a logarithmic scale, and a mark for the goal.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::peers::{self, Peer};
use crate::row::Row;

const WIDTH: f64 = 820.0;
/// Where bars begin and end; left of them stands what they are for, right of the longest its number.
const LEFT: f64 = 210.0;
const RIGHT: f64 = 755.0;
/// Of the first row; above it stand the title, the legend and the scale.
const TOP: f64 = 92.0;
const ROW: f64 = 32.0;
const BAR: f64 = 11.0;
/// The scale's ends.
const LEAST: f64 = 10.0;
const MOST: f64 = 100_000.0;

const INK: &str = "#1f2937";
const FAINT: &str = "#d1d5db";
const OURS: &str = "#2563eb";
const KVM: &str = "#9ca3af";
const GOAL: &str = "#dc2626";

/// Draws the rows that have something to be compared with.
pub fn save(rows: &[Row]) -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images/exits.svg");
    fs::write(path, draw(rows)).context("cannot write the chart")
}

fn draw(rows: &[Row]) -> String {
    let compared: Vec<(&Row, Peer)> = rows
        .iter()
        .filter_map(|row| Some((row, peers::of(row)?)))
        .collect();
    let height = TOP + ROW * compared.len() as f64 + 8.0;
    let mut svg = Svg::new(height);
    svg.text(
        16.0,
        28.0,
        "start",
        17,
        "Instructions for one operation of a guest",
    );
    svg.legend();
    for decade in [10.0, 100.0, 1000.0, 10_000.0, 100_000.0] {
        svg.line(x(decade), TOP - 8.0, x(decade), height - 8.0, FAINT, 1.0);
        svg.text(x(decade), TOP - 14.0, "middle", 12, &thousands(decade as u64));
    }
    for (index, (row, peer)) in compared.iter().enumerate() {
        svg.row(TOP + ROW * index as f64, row, peer);
    }
    svg.finish()
}

/// The place of a number on the scale.
fn x(number: f64) -> f64 {
    let part = (number.max(LEAST) / LEAST).log10() / (MOST / LEAST).log10();
    LEFT + part.min(1.0) * (RIGHT - LEFT)
}

/// 12817 is "12,817".
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A drawing that grows. Writing to a String cannot fail.
struct Svg(String);

impl Svg {
    fn new(height: f64) -> Svg {
        let mut svg = Svg(String::new());
        let _ = writeln!(
            svg.0,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" fill="{INK}">"#
        );
        let _ = writeln!(
            svg.0,
            r##"<rect width="{WIDTH}" height="{height}" rx="8" fill="#ffffff" stroke="{FAINT}"/>"##
        );
        svg
    }

    fn finish(mut self) -> String {
        self.0 += "</svg>\n";
        self.0
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, size: u32, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            self.0,
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" font-size="{size}">{text}</text>"#
        );
    }

    fn line(&mut self, x1: f64, y1: f64, x2: f64, y2: f64, colour: &str, width: f64) {
        let _ = writeln!(
            self.0,
            r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="{colour}" stroke-width="{width}"/>"#
        );
    }

    fn bar(&mut self, x: f64, y: f64, width: f64, colour: &str) {
        let _ = writeln!(
            self.0,
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{BAR}" rx="2" fill="{colour}"/>"#
        );
    }

    fn legend(&mut self) {
        let y = 50.0;
        for (x, colour, text) in [(16.0, OURS, "SWEB-VMX"), (120.0, KVM, "Linux 6.1's KVM")] {
            self.bar(x, y - 10.0, 14.0, colour);
            self.text(x + 20.0, y, "start", 12, text);
        }
        self.line(265.0, y - 12.0, 265.0, y + 2.0, GOAL, 2.0);
        self.text(272.0, y, "start", 12, "goal");
        self.text(
            WIDTH - 16.0,
            y,
            "end",
            12,
            "the same emulator and CPU; logarithmic; fewer is better",
        );
    }

    fn row(&mut self, top: f64, row: &Row, peer: &Peer) {
        self.text(LEFT - 10.0, top + 16.0, "end", 12, peer.title());
        let ours = row.guest.saturating_sub(peer.base);
        self.number(top + 1.0, ours, OURS);
        if let Some(kvm) = peer.kvm {
            self.number(top + 2.0 + BAR, kvm, KVM);
        }
        let goal = x(peer.goal as f64);
        self.line(goal, top - 1.0, goal, top + 2.0 * BAR + 4.0, GOAL, 2.0);
    }

    /// A bar with its number behind it.
    fn number(&mut self, top: f64, number: u64, colour: &str) {
        let end = x(number as f64);
        self.bar(LEFT, top, (end - LEFT).max(2.0), colour);
        self.text(end + 6.0, top + BAR - 1.5, "start", 11, &thousands(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_logarithmic_and_has_ends() {
        assert_eq!(x(LEAST), LEFT);
        assert_eq!(x(1.0), LEFT);
        assert_eq!(x(1e9), RIGHT);
        assert_eq!(x(MOST), RIGHT);
        assert!((x(1000.0) - x(100.0) - (x(100.0) - x(10.0))).abs() < 1e-9);
    }

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!(
            ["7", "867", "1,033", "12,817"],
            [7, 867, 1033, 12_817]
                .map(thousands)
                .each_ref()
                .map(|t| t.as_str())
        );
    }

    #[test]
    fn a_row_without_a_peer_is_not_drawn() {
        let svg = draw(&[Row::new("CPUID", 120), Row::new("a thing of ours", 5)]);
        assert!(svg.contains("CPUID") && svg.contains(">971<") && !svg.contains("a thing of ours"));
    }
}
