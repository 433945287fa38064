//! What the settings screen and the set-up wish for, carried out: agents are asked side by side while the screen goes
//! on, files are read and written by the host.

use super::host::Host;
use super::screen::Screen;
use crate::settings::Layer;
use crate::ui::{AgentOffer, Ask, SettingsAsk};
use std::future::Future;
use std::pin::Pin;

/// An answer of an agent.
pub(super) enum Answered {
    Agent(String, Result<AgentOffer, String>),
    Pair(String, Result<String, String>),
}

/// A question that an agent has not answered yet.
pub(super) type Asking<'a> = Pin<Box<dyn Future<Output = Answered> + 'a>>;

impl<'a> Screen<'a> {
    pub(super) fn with_settings(&mut self, ask: SettingsAsk) {
        let host: &'a dyn Host = self.host;
        match ask {
            SettingsAsk::Read => {
                let sheet = host.sheet();
                self.ui.sheet_read(sheet);
            }
            SettingsAsk::Look => {
                for agent in host.agents() {
                    self.asking.push(Box::pin(async move {
                        let found = host.look(&agent).await;
                        Answered::Agent(agent, found)
                    }));
                }
            }
            SettingsAsk::Try { role, agent, model, thinking } => {
                self.asking.push(Box::pin(async move {
                    let result = host.try_pair(&role, &agent, &model, &thinking).await;
                    Answered::Pair(role, result)
                }));
            }
            // A program that is being asked ends with its question.
            SettingsAsk::Stop => self.asking.clear(),
            SettingsAsk::Asked => {
                if let Err(reason) = host.keep_asked() {
                    self.ui.refused(reason);
                }
            }
            SettingsAsk::Wear { name } => match host.theme(&name) {
                Ok((look, looks)) => {
                    self.ui.wear(look, looks);
                    let keep = format!("awtui config set --user ui.theme {name}");
                    self.ui.told(format!("{name} until you leave this screen; `{keep}` keeps it"));
                }
                Err(reason) => self.ui.refused(reason),
            },
            SettingsAsk::Plan { layers, edits } => {
                let planned = layers.iter().map(|layer| host.plan(*layer, &edits)).collect();
                self.ui.changes_planned(planned);
            }
            SettingsAsk::Save { layers, edits } => {
                // The project's file goes before the user's: it is written last, so that the first failure stops all.
                debug_assert!(layers.iter().all(|layer| matches!(layer, Layer::User | Layer::Project)));
                let saved = host.save(&layers, &edits);
                let is_saved = saved.is_ok();
                self.ui.changes_saved(saved);
                let theme = edits.iter().rfind(|edit| is_saved && edit.key == "ui.theme");
                if let Some(Ok((look, looks))) =
                    theme.and_then(|edit| edit.value.as_deref()).map(|name| host.theme(name))
                {
                    self.ui.wear(look, looks);
                    self.ui.told("written; this screen has the theme now".to_owned());
                }
                self.read_commands();
            }
        }
        self.request_frame();
    }

    pub(super) fn answered(&mut self, answered: Answered) {
        match answered {
            Answered::Agent(agent, found) => self.ui.agent_answered(agent, found),
            Answered::Pair(role, result) => self.ui.pair_tried(role, result),
        }
        self.request_frame();
    }

    /// The set-up opens by itself where nobody chose anything yet, or something new is to be chosen, and no run is shown.
    pub(super) fn begin_setup(&mut self) {
        if self.run.is_none() {
            for ask in self.ui.begin_setup() {
                if let Ask::Settings(ask) = ask {
                    self.with_settings(ask);
                }
            }
        }
    }
}
