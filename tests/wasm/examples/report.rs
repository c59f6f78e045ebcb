//! Writes `report.txt` anew, after a deliberate change of what is hashed or how it is written.

fn main() -> std::io::Result<()> {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    std::fs::write(std::path::Path::new(&folder).join("report.txt"), bonghwa_parity::report())
}
