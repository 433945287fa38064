//! The demo's agent: awtui itself as a scripted program that speaks the agent protocol. Launch only.

use super::launch::{environment, text};
use super::protocol::{self, ToAgent};
use super::{
    Adapter, AgentError, Clamped, Control, Delivery, DeskState, Emission, Feature, LaunchContext, LaunchPlan,
    LogPlan, Probe, ProbeOutput, ProbePlan, keys,
};
use crate::domain::RoleConfig;
use crate::term::Signal;

pub(super) struct Demo;

impl Adapter for Demo {
    fn name(&self) -> &'static str {
        "demo"
    }

    /// The program is awtui itself: there is nothing to look for.
    fn probe_plan(&self) -> ProbePlan {
        ProbePlan::default()
    }

    fn read_probe(&self, _outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
        let features = vec![Feature::Bridge, Feature::Settled, Feature::Compaction, Feature::Resume];
        Ok(Probe { features, ..Probe::default() })
    }

    fn check_model(&self, _probe: &Probe, role: &RoleConfig) -> Result<Clamped, AgentError> {
        Ok(Clamped { model: role.model.clone(), thinking: role.thinking, is_known: false, window: None })
    }

    fn launch(&mut self, context: &LaunchContext) -> Result<LaunchPlan, AgentError> {
        let mut args = vec!["demo-agent".to_owned(), "--role".to_owned(), context.role.to_string()];
        if let Some(session) = context.resume {
            args.extend(["--resume".to_owned(), session.to_owned()]);
        }
        if let Some(model) = &context.config.model {
            args.extend(["--model".to_owned(), model.clone()]);
        }
        args.extend(context.config.args.iter().cloned());
        let mut env = environment(context);
        env.push(("AWTUI_DEMO_FOLDER".to_owned(), text(context.launch_folder)));
        Ok(LaunchPlan {
            program: context.program.to_owned(),
            args,
            env,
            files: Vec::new(),
            log: LogPlan::None,
            server: None,
            agent_session: None,
            waits_for_prompt: false,
        })
    }

    fn agent_line(&mut self, line: &str) -> Vec<Emission> {
        protocol::emissions(line)
    }

    fn signal(&mut self, _signal: &Signal) -> Vec<Emission> {
        Vec::new()
    }

    fn log_line(&mut self, _line: &str) -> Vec<Emission> {
        Vec::new()
    }

    fn deliver(&self, effect: u64, text: &str, state: &DeskState) -> Delivery {
        let prompt = ToAgent::Prompt { effect, text: text.to_owned(), steer: state.working };
        Delivery::Socket(protocol::line(&prompt))
    }

    fn interrupt(&self) -> Control {
        control(&ToAgent::Interrupt, Control::Bytes(keys::ESCAPE.to_vec()))
    }

    fn compact(&self, focus: &str) -> Control {
        let otherwise = Control::Unable("the demo agent is not connected".to_owned());
        control(&ToAgent::Compact { focus: focus.to_owned() }, otherwise)
    }

    fn quit(&self) -> Control {
        control(&ToAgent::Quit, Control::Terminate)
    }
}

fn control(message: &ToAgent, otherwise: Control) -> Control {
    Control::Socket { line: protocol::line(message), otherwise: Box::new(otherwise) }
}
