//! What a run of many has begun and finished, on disk, so that another run goes on where it ended. It holds no pass.

use crate::bindings::{Intent, Outcome, PlannedMethod, Report};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

#[derive(Debug, Serialize, Deserialize)]
enum Line {
    /// Said before the first write to a user.
    Started(Intent),
    /// All names of a user, and what became of it.
    Finished { names: Vec<String>, outcome: Outcome },
}

/// What earlier runs know of a user.
#[derive(Debug, Clone)]
pub enum Earlier {
    /// Nothing is left to do.
    Complete,
    /// Only these may be removed: whatever else there is, the user may have registered since.
    Planned(Vec<PlannedMethod>),
}

/// One file, a JSON document a line.
pub struct Journal {
    file: File,
    known: HashMap<String, Earlier>,
}

impl Journal {
    /// Creates it, or reads it and goes on.
    ///
    /// # Errors
    /// When the file can be neither read nor written, or is no journal, or another process has it.
    pub fn open(path: &Path) -> Result<Journal> {
        let name = || format!("the journal {}", path.display());
        let file = OpenOptions::new().create(true).read(true).append(true).open(path).with_context(name)?;
        file.try_lock().context("another run has it").with_context(name)?;
        let mut known = HashMap::new();
        let mut end = 0;
        let mut lines = BufReader::new(&file);
        let mut text = String::new();
        // A line without its end is one that a crash cut off: nothing was done on its word.
        while lines.read_line(&mut text).with_context(name)? > 0 && text.ends_with('\n') {
            let line = serde_json::from_str(&text).context("it is no journal of this program").with_context(name)?;
            remember(&mut known, line);
            end += text.len() as u64;
            text.clear();
        }
        file.set_len(end).with_context(name)?;
        Ok(Journal { file, known })
    }

    /// What is known of a user, by the name or id that it is asked for by now.
    pub fn earlier(&self, user: &str) -> Option<Earlier> {
        self.known.get(&key(user)).cloned()
    }

    /// To be called before the user's first write.
    ///
    /// # Errors
    /// When it is not safely on disk; the user must not begin then.
    pub fn started(&mut self, intent: &Intent) -> Result<()> {
        self.append(&Line::Started(intent.clone()))
    }

    /// What became of a user. `asked` is the name that it was asked for by, where the report does not say so.
    ///
    /// # Errors
    /// When it is not safely on disk.
    pub fn finished(&mut self, report: &Report, asked: Option<String>) -> Result<()> {
        let names =
            [report.user.id.clone(), report.user.user_principal_name.clone(), asked].into_iter().flatten().collect();
        self.append(&Line::Finished { names, outcome: report.outcome })
    }

    fn append(&mut self, line: &Line) -> Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.context("the journal cannot be written")
    }
}

fn remember(known: &mut HashMap<String, Earlier>, line: Line) {
    match line {
        Line::Started(intent) => {
            let names = [Some(intent.user), Some(intent.user_id), intent.user_principal_name];
            for name in names.into_iter().flatten() {
                known.insert(key(&name), Earlier::Planned(intent.planned.clone()));
            }
        }
        Line::Finished { names, outcome: Outcome::Complete } => {
            known.extend(names.iter().map(|name| (key(name), Earlier::Complete)));
        }
        // Whoever is not complete is tried again.
        Line::Finished { .. } => {}
    }
}

fn key(user: &str) -> String {
    user.trim().to_lowercase()
}
