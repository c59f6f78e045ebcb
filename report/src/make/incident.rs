//! One incident: its course, cause, evidence, who was cleared, and what was done.

use super::{Maker, heading, point, said, words_run};
use crate::document::{Block, Outline, Run};
use crate::words;

/// Pieces of evidence of a cause that are told.
const EVIDENCE: usize = 8;
/// Others that were cleared.
const CLEARED: usize = 6;
/// Earlier ones that are named.
const EARLIER: usize = 5;

impl Maker<'_> {
    pub(super) fn incident(&mut self, blocks: &mut Vec<Block>) {
        let lang = self.lang;
        let Some(view) = &self.report.incident else { return };
        let Some(row) = &view.incident else { return };
        let source = self.cite_symptom(row);
        heading(blocks, lang.pick("원인과 근거", "Cause and evidence"));
        point(blocks, Outline::Circle, self.why(row, source));
        let explanation = row.explanation.as_ref();
        for why in self.say.missing(explanation) {
            point(blocks, Outline::Dash, words_run(why));
        }
        for evidence in
            explanation.iter().filter_map(|found| found.causes.first()).flat_map(|c| &c.evidence).take(EVIDENCE)
        {
            let runs = said(self.say.evidence(evidence), source);
            point(blocks, Outline::Dash, runs);
        }
        for acquitted in explanation.iter().flat_map(|found| &found.acquitted).take(CLEARED) {
            let label = lang.pick("원인이 아닌 것", "Not the cause");
            point(blocks, Outline::Dash, words_run(format!("{label}: {}", self.say.acquitted(acquitted))));
        }
        if let Some(cause) = explanation.and_then(|found| found.causes.first()) {
            let label = lang.pick("일반적인 조치", "What usually helps");
            point(blocks, Outline::Note, words_run(format!("{label}: {}", self.say.helps(cause))));
        }
        heading(blocks, lang.pick("조치", "What was done"));
        point(blocks, Outline::Circle, words_run(self.done(row)));
        if !view.similar.is_empty() {
            heading(blocks, lang.pick("비슷한 지난 사건", "Earlier incidents like it"));
            for other in view.similar.iter().take(EARLIER) {
                let source = self.cite_symptom(other);
                let mut runs = words_run(format!("{}: ", words::moment(other.from, lang)));
                runs.extend(said(self.say.headline(other), source));
                runs.push(Run::Words(".".to_owned()));
                point(blocks, Outline::Circle, runs);
            }
        }
    }
}
