//! Agents that run one process a turn: the prompt is part of the command line, and the pane outlives each process.

use super::launch;
use super::owner::Owner;
use crate::agent::LaunchFile;
use crate::domain::{EffectId, Outcome, PaneId};
use crate::pty::Launch;
use std::path::PathBuf;

/// What each process of a pane is started with, besides its turn.
pub(super) struct Between {
    pub(super) program: PathBuf,
    pub(super) directory: PathBuf,
    pub(super) environment: Vec<(String, String)>,
    pub(super) folder: PathBuf,
}

/// What one turn adds.
pub(super) struct NextTurn {
    pub(super) effect: EffectId,
    pub(super) args: Vec<String>,
    pub(super) files: Vec<LaunchFile>,
    pub(super) stdin: Option<String>,
}

impl Owner {
    /// Starts the process of a turn, once the one before is gone.
    pub(super) fn start_turn(&mut self, pane: &PaneId, turn: NextTurn) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        if let Some(child) = &desk.terminal.child {
            let pid = child.pid();
            desk.next_turn = Some(turn);
            tokio::spawn(self.world.end_group(pid));
            return;
        }
        let effect = turn.effect;
        if let Err(reason) = self.spawn_turn(pane, turn) {
            if let Some(desk) = self.desks.get_mut(pane) {
                desk.prompts.retain(|prompt| prompt.effect != effect);
            }
            self.settle(effect, Outcome::Failed { reason });
        }
    }

    fn spawn_turn(&mut self, pane: &PaneId, turn: NextTurn) -> Result<(), String> {
        let desk = self.desks.get_mut(pane).ok_or("the pane is gone")?;
        let between = desk.between.as_ref().ok_or("the agent has one process for all turns")?;
        launch::write_files(&between.folder, &turn.files)?;
        let (mut program, mut args) = (between.program.clone(), turn.args);
        if let Some(words) = turn.stdin {
            // A terminal's line discipline would cut long lines; a file is read as it is.
            let file = PathBuf::from(format!("stdin-{}", turn.effect.0));
            let path = between.folder.join(&file);
            launch::write_files(&between.folder, &[LaunchFile { path: file, contents: words, mode: 0o600 }])?;
            let mut through = vec!["-c".to_owned(), r#"exec < "$0" && exec "$@""#.to_owned()];
            through.extend([path.display().to_string(), program.display().to_string()]);
            through.append(&mut args);
            (program, args) = (PathBuf::from("sh"), through);
        }
        let size = desk.terminal.size();
        let environment = between.environment.clone();
        let command = launch::command_line(&program, &args, &environment);
        let spawned = self.world.spawn(&Launch {
            program,
            args,
            cwd: between.directory.clone(),
            env: environment.clone(),
            cols: size.cols,
            rows: size.rows,
        })?;
        desk.terminal.begin(spawned.child, launch::secrets(&environment));
        desk.command = Some(command);
        let emissions = desk.adapter.delivered(turn.effect.0);
        self.forward(pane, spawned.events);
        self.emitted(pane, emissions);
        Ok(())
    }

    /// The process of a turn is gone, its pane stays. `false`: the pane goes with it.
    pub(super) fn turn_process_gone(&mut self, pane: &PaneId) -> bool {
        let Some(desk) = self.desks.get_mut(pane).filter(|desk| desk.between.is_some()) else { return false };
        if desk.leaving.is_some() {
            return false;
        }
        desk.terminal.child = None;
        if let Some(turn) = desk.next_turn.take() {
            self.start_turn(pane, turn);
        }
        true
    }
}
