//! The report as the native program makes it.

#[test]
fn the_report_is_as_it_was_written_down() {
    let report = bonghwa_parity::report();
    assert!(report.lines().filter(|line| line.starts_with("sketch")).count() == 27);
    assert!(!report.contains("false"), "a sketch did not survive a round trip or a merge:\n{report}");
    assert_eq!(report, include_str!("../report.txt"));
}
