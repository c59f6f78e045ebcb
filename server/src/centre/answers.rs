//! Questions, their answers, and what is kept of them.

use std::sync::Arc;

use bonghwa_analytics::answer::{self, Asking, Reply};
use bonghwa_analytics::ask::Context;

use super::{Centre, CentreError, clock};
use crate::answers::{Answers, Asked};
use crate::output::log;

impl Centre {
    /// Understands what is asked, and answers it.
    pub fn ask(&self, asking: &Asking) -> Result<Reply, CentreError> {
        answer::reply(self, asking)
    }

    /// The same, kept under the name that the reply then has. That it could not be kept is no reason not to answer.
    pub fn ask_and_keep(&self, asking: &Asking) -> Result<Reply, CentreError> {
        let mut reply = self.ask(asking)?;
        if !self.0.answers.wants(&reply) {
            return Ok(reply);
        }
        let at = asking.at.filter(|at| *at < reply.as_of).unwrap_or(reply.as_of);
        let services = self.services();
        let context = Context { at, regions: &reply.regions, services: &services, previous: asking.previous.as_ref() };
        let previous = answer::previous(asking, &context);
        let as_data = asking.question.is_some() || asking.pick.is_some() || asking.when.is_some();
        if let Err(error) = self.0.answers.keep(&mut reply, &Asked { at, previous, services, as_data }, clock()) {
            log(&format!("an answer was not kept: {error}"));
        }
        Ok(reply)
    }

    /// Answers that were given.
    pub fn answers(&self) -> &Answers {
        &self.0.answers
    }

    /// Work on the answers that were given, with its errors as the centre's.
    pub fn with_answers<T>(
        &self,
        work: impl FnOnce(&Answers) -> Result<T, crate::answers::AnswersError>,
    ) -> Result<T, CentreError> {
        work(&self.0.answers).map_err(|error| Arc::new(error).into())
    }
}
