//! The set-up: one question after the other until a first run can begin. Who plays which role, how full a context may
//! get, what a run may cost; then the agents are asked whether they have what was chosen, and then it is saved.

mod questions;

use super::act::go;
use super::format::{fit, wrap};
use super::model::{Ask, Focus, Popup, Ui};
use super::offers;
use super::picker::{Choice, Offered, Picked, Picker};
use super::popup::{frame, framed};
use super::saving::{Next, Saving};
use super::settings::{SettingsAsk, draw_keys};
use super::typed;
use super::view::line;
use crate::domain::Millis;
use crate::glass::Glass;
use crate::settings::{Edit, edited};
use crate::term::{Key, KeyCode, Mods};
use questions::{QUESTIONS, Question};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::collections::BTreeMap;

/// What begins by itself once it is known that no run is to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Opening {
    #[default]
    Nothing,
    /// Nobody chose anything yet: every question.
    SetUp,
    /// Only those about these settings, which came with a newer awtui.
    New(Vec<&'static str>),
}

const ROLES: [&str; 2] = ["analyst", "worker"];

/// How far the set-up is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The keys of what is asked, all or some of the questions.
    asked: Vec<&'static str>,
    step: usize,
    answers: BTreeMap<&'static str, String>,
    picker: Picker,
    /// What is typed for a number; without it what holds now.
    typed: Option<String>,
    /// What the agents said of what was chosen, by role; nothing yet while they are asked.
    tried: BTreeMap<String, Result<String, String>>,
    /// Since when they are asked.
    since: Millis,
    saving: Saving,
}

pub(super) fn begin(ui: &mut Ui) {
    begin_with(ui, QUESTIONS.iter().map(|question| question.key).collect());
}

fn begin_with(ui: &mut Ui, asked: Vec<&'static str>) {
    let setup = Setup {
        asked,
        step: 0,
        answers: BTreeMap::new(),
        picker: Picker::default(),
        typed: None,
        tried: BTreeMap::new(),
        since: 0,
        saving: Saving::new(Vec::new(), 0),
    };
    ui.popups.push(Popup::Setup(Box::new(setup)));
}

pub(super) fn open(ui: &mut Ui) -> Vec<Ask> {
    begin(ui);
    vec![Ask::Settings(SettingsAsk::Read), Ask::Settings(SettingsAsk::Look)]
}

impl Setup {
    pub(super) fn saving(&mut self) -> Option<&mut Saving> {
        (self.step > self.check()).then_some(&mut self.saving)
    }

    fn question(&self) -> Option<&'static Question> {
        let key = self.asked.get(self.step)?;
        QUESTIONS.iter().find(|question| question.key == *key)
    }

    /// The step after the questions: the agents are asked. Then it is saved.
    fn check(&self) -> usize {
        self.asked.len()
    }

    /// Some questions are about the agents; else nobody needs to be asked whether it has what was chosen.
    fn is_about_agents(&self) -> bool {
        self.asked.iter().any(|key| key.starts_with("roles."))
    }

    /// `setting awtui up · 3 of 13`.
    fn title(&self) -> String {
        if self.is_about_agents() {
            return format!(" setting awtui up · {} of {} ", self.step + 1, self.asked.len() + 2);
        }
        let step = (self.step + 1).min(self.asked.len() + 1);
        format!(" new in this awtui · {step} of {} ", self.asked.len() + 1)
    }

    /// After the last question.
    fn after_questions(&mut self, ui: &Ui) -> Vec<Ask> {
        if self.is_about_agents() {
            return self.try_pairs(ui);
        }
        self.save(ui);
        Vec::new()
    }

    fn save(&mut self, ui: &Ui) {
        self.saving = Saving::new(self.edits(ui), 0);
        self.go(self.check() + 1);
    }

    fn answer<'a>(&'a self, ui: &'a Ui, key: &str) -> &'a str {
        self.answers.get(key).map_or_else(|| ui.known.value(key), String::as_str)
    }

    fn choices(&self, ui: &Ui, glass: &Glass, key: &str) -> Option<(Vec<Choice>, bool)> {
        let (role, what) = key.rsplit_once('.')?;
        let agent = self.answer(ui, &format!("{role}.agent"));
        let model = self.answer(ui, &format!("{role}.model"));
        match what {
            "agent" => Some((offers::agents(&ui.known.offers, &ui.known.sheet.agents), false)),
            "model" => Some((offers::models(&ui.known.offers, glass, agent, model), true)),
            "thinking" => Some((offers::levels(&ui.known.offers, agent, model), false)),
            _ => None,
        }
    }

    /// The value that is offered first: the one that holds, or the nearest that there is.
    fn current<'a>(&'a self, ui: &'a Ui, key: &str, choices: &'a [Choice]) -> &'a str {
        let holds = self.answer(ui, key);
        let usable = |choice: &&Choice| choice.barred.is_none();
        if choices.iter().filter(usable).any(|choice| choice.value == holds) {
            return holds;
        }
        choices.iter().find(usable).map_or(holds, |choice| choice.value.as_str())
    }

    fn edits(&self, ui: &Ui) -> Vec<Edit> {
        self.asked.iter().map(|key| Edit::set(*key, self.answer(ui, key))).collect()
    }

    /// To the next step or one back; what was typed for the one before is done with.
    fn go(&mut self, step: usize) {
        self.step = step;
        self.picker = Picker::default();
        self.typed = None;
    }

    fn take(&mut self, key: &'static str, value: String) {
        if self.answers.get(key).is_none_or(|old| *old != value)
            && let Some(role) = key.strip_suffix(".agent")
        {
            // Another agent has other models.
            let model = QUESTIONS.iter().map(|one| one.key).find(|one| *one == format!("{role}.model"));
            if let Some(model) = model {
                self.answers.remove(model);
            }
        }
        self.answers.insert(key, value);
        self.go(self.step + 1);
    }

    fn try_pairs(&mut self, ui: &Ui) -> Vec<Ask> {
        self.tried.clear();
        self.since = ui.time;
        let of = |role: &str, what: &str| self.answer(ui, &format!("roles.{role}.{what}")).to_owned();
        let asks = ROLES.map(|role| {
            Ask::Settings(SettingsAsk::Try {
                role: role.to_owned(),
                agent: of(role, "agent"),
                model: of(role, "model"),
                thinking: of(role, "thinking"),
            })
        });
        asks.to_vec()
    }
}

pub(super) fn paste(setup: &mut Setup, ui_text: &str) {
    match &mut setup.typed {
        Some(typed) => typed.push_str(ui_text.lines().next().unwrap_or_default().trim()),
        None => setup.picker.paste(ui_text),
    }
}

pub(super) fn key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let Some(Popup::Setup(mut setup)) = ui.popups.pop() else { return Vec::new() };
    if key.code == KeyCode::Char('c') && key.mods.contains(Mods::CTRL) {
        return leave(ui);
    }
    let asks = match setup.question() {
        Some(question) => match setup.choices(ui, glass, question.key) {
            Some((choices, free)) => {
                let current = setup.current(ui, question.key, &choices).to_owned();
                match setup.picker.key(&Offered { choices: &choices, current: &current, free }, key) {
                    Picked::Nothing => Vec::new(),
                    Picked::Barred(reason) => {
                        ui.toasts.refusal(reason, ui.time);
                        Vec::new()
                    }
                    Picked::Chosen(value) => {
                        setup.take(question.key, value);
                        Vec::new()
                    }
                    Picked::Back if setup.step == 0 => return leave(ui),
                    Picked::Back => {
                        setup.go(setup.step - 1);
                        Vec::new()
                    }
                }
            }
            None if key.code == KeyCode::Esc && setup.step == 0 => return leave(ui),
            None => number_key(ui, &mut setup, question, key),
        },
        None if setup.step == setup.check() => check_key(ui, &mut setup, key),
        None => match setup.saving.key(ui, key) {
            Next::Asks(asks) => asks,
            Next::Back if setup.is_about_agents() => {
                setup.go(setup.check());
                setup.try_pairs(ui)
            }
            Next::Back => {
                setup.go(setup.check().saturating_sub(1));
                Vec::new()
            }
        },
    };
    ui.popups.push(Popup::Setup(setup));
    asks
}

/// Nothing was written; it can be begun again at any time.
fn leave(ui: &mut Ui) -> Vec<Ask> {
    let way = super::keys::chord(ui, crate::settings::Context::Input, crate::settings::Action::SetUp);
    let way = way.unwrap_or_else(|| "the palette".to_owned());
    ui.toasts.news(format!("nothing was saved; {way} begins the set-up again"), ui.time);
    go(ui, Focus::Input);
    vec![Ask::Settings(SettingsAsk::Stop)]
}

fn number_key(ui: &mut Ui, setup: &mut Setup, question: &Question, key: Key) -> Vec<Ask> {
    let holds = setup.answer(ui, question.key).to_owned();
    if key.code == KeyCode::Esc {
        setup.go(setup.step - 1);
    } else if key.code == KeyCode::Enter {
        let typed = setup.typed.clone().unwrap_or(holds);
        match complaint(ui, setup, question.key, typed.trim()) {
            Some(reason) => ui.toasts.refusal(reason, ui.time),
            None => {
                setup.take(question.key, typed.trim().to_owned());
                if setup.step == setup.check() {
                    return setup.after_questions(ui);
                }
            }
        }
    } else {
        // The first character takes the place of what is offered.
        let offered = if key.typed().is_some() { String::new() } else { holds };
        let mut typed = setup.typed.clone().unwrap_or(offered);
        if typed::edit(&mut typed, key) == typed::Change::Changed {
            setup.typed = Some(typed);
        }
    }
    Vec::new()
}

/// What is wrong with an answer.
fn complaint(ui: &Ui, setup: &Setup, key: &str, value: &str) -> Option<String> {
    if let Err(error) = edited("", &[Edit::set(key, value)]) {
        return Some(error.to_string());
    }
    let warns: f64 = setup.answer(ui, "context.warn_at").parse().ok()?;
    let compacts: f64 = value.parse().ok()?;
    (key == "context.compact_at" && compacts < warns).then(|| {
        format!("that is below the warning at {warns}, which would come too late; esc goes back to it")
    })
}

fn check_key(ui: &mut Ui, setup: &mut Setup, key: Key) -> Vec<Ask> {
    let done = setup.tried.len() == ROLES.len();
    match (key.code, key.typed()) {
        (KeyCode::Esc, _) => {
            setup.go(setup.check().saturating_sub(1));
            return vec![Ask::Settings(SettingsAsk::Stop)];
        }
        (_, Some('r')) if done => return setup.try_pairs(ui),
        (KeyCode::Enter, _) if done => setup.save(ui),
        (_, _) => {}
    }
    Vec::new()
}

pub(super) fn draw(ui: &Ui, glass: &Glass, setup: &Setup, area: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let place = frame(area, 100, area.height.saturating_sub(if area.height < 16 { 0 } else { 2 }));
    let title = fit(&setup.title(), place.width.saturating_sub(4));
    let inside = framed(ui, place, &title, look.border(true), buffer);
    if inside.height < 4 {
        return;
    }
    let keys = Rect { y: inside.bottom() - 1, height: 1, ..inside };
    let mut body = Rect { height: inside.height - 1, ..inside };
    if body.height > 12 {
        let chosen = Rect { y: body.bottom() - 2, height: 1, ..body };
        let words = if setup.is_about_agents() { so_far(ui, setup) } else { String::new() };
        line(ui, buffer, chosen, &fit(&words, body.width), look.dim());
        body.height -= 3;
    }
    let Some(question) = setup.question() else {
        if setup.step == setup.check() {
            return draw_check(ui, setup, body, keys, buffer);
        }
        setup.saving.draw(ui, body, buffer);
        return draw_keys(ui, setup.saving.keys(), keys, buffer);
    };
    if ui.known.sheet.rows.is_empty() {
        line(ui, buffer, Rect { height: 1, ..body }, "reading the settings…", look.dim());
        return draw_keys(ui, &[("esc", "not now")], keys, buffer);
    }
    let mut words: Vec<(String, Style)> =
        wrap(question.words, body.width, 2).into_iter().map(|line| (line, look.strong())).collect();
    let room = usize::from(body.height / 2).max(2);
    words.extend(wrap(question.about, body.width, room - 1).into_iter().map(|line| (line, Style::new())));
    if let Some((role, "model")) = question.key.rsplit_once('.') {
        let agent = setup.answer(ui, &format!("{role}.agent")).to_owned();
        let about = offers::about_models(&ui.known.offers, &agent);
        words.extend(about.map(|words| (fit(&words, body.width), look.info())));
    }
    if body.height > 10 {
        words.push((String::new(), Style::new()));
    }
    let mut y = body.y;
    for (text, style) in words {
        line(ui, buffer, Rect { y, height: 1, ..body }, &fit(&text, body.width), style);
        y += 1;
    }
    let rest = Rect { y, height: body.bottom().saturating_sub(y), ..body };
    let back = if setup.step == 0 { "not now" } else { "back" };
    if let Some((choices, free)) = setup.choices(ui, glass, question.key) {
        let current = setup.current(ui, question.key, &choices);
        setup.picker.draw(ui, &Offered { choices: &choices, current, free }, rest, buffer);
        return draw_keys(ui, &[("enter", "choose"), ("↑↓", "move"), ("esc", back)], keys, buffer);
    }
    let typed = setup.typed.as_deref().unwrap_or_else(|| setup.answer(ui, question.key));
    let style = if setup.typed.is_some() { look.strong() } else { Style::new() };
    line(ui, buffer, Rect { height: 1, ..rest }, &fit(&format!("› {typed}▏"), rest.width), style);
    draw_keys(ui, &[("enter", "go on"), ("esc", back), ("digits", "another number")], keys, buffer);
}

/// What was chosen, in a line.
fn so_far(ui: &Ui, setup: &Setup) -> String {
    let roles = ROLES.iter().enumerate().filter(|(index, _)| setup.step > index * 3);
    let parts = roles.map(|(_, role)| {
        let of = |what: &str| setup.answer(ui, &format!("roles.{role}.{what}")).to_owned();
        let mut words = format!("{role}: {}", of("agent"));
        let at = ROLES.iter().position(|one| one == role).unwrap_or(0) * 3;
        if setup.step > at + 1 {
            let model = of("model");
            words += if model.is_empty() { ", its own model" } else { " " };
            words += &model;
        }
        if setup.step > at + 2 {
            words.extend([", thinks ", &of("thinking")]);
        }
        words
    });
    parts.collect::<Vec<_>>().join(" · ")
}

fn draw_check(ui: &Ui, setup: &Setup, area: Rect, keys: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let done = setup.tried.len() == ROLES.len();
    let fine = setup.tried.values().all(Result::is_ok);
    let head = match (done, fine) {
        (false, _) => "Asking the agents for what you chose…",
        (true, true) => "The agents have what you chose.",
        (true, false) => "Not everything that you chose is there.",
    };
    let mut text = vec![(head.to_owned(), look.strong())];
    for role in ROLES {
        if area.height > 12 {
            text.push((String::new(), Style::new()));
        }
        let of = |what: &str| setup.answer(ui, &format!("roles.{role}.{what}")).to_owned();
        let model = Some(of("model")).filter(|model| !model.is_empty());
        let model = model.unwrap_or_else(|| "its own default model".to_owned());
        let pair = format!("{role}: {} with {model}, thinking {}", of("agent"), of("thinking"));
        text.extend(wrap(&pair, area.width, 2).into_iter().map(|line| (line, look.role(role))));
        let (words, style) = match setup.tried.get(role) {
            None => {
                let seconds = ui.time.saturating_sub(setup.since) / 1000;
                (format!("  … asking it, {seconds}s"), look.dim())
            }
            Some(Ok(words)) => (format!("  ✓ {words}"), look.good()),
            Some(Err(reason)) => (format!("  ✗ {reason}"), look.bad()),
        };
        text.extend(wrap(&words, area.width, 4).into_iter().map(|line| (line, style)));
    }
    for (y, (words, style)) in (area.y..area.bottom()).zip(text) {
        line(ui, buffer, Rect { y, height: 1, ..area }, &words, style);
    }
    let hints: &[(&str, &str)] = match (done, fine) {
        (false, _) => &[("esc", "stop asking, back")],
        (true, true) => &[("enter", "go on"), ("r", "ask again"), ("esc", "back")],
        (true, false) => {
            &[("esc", "back, to choose anew"), ("r", "ask again"), ("enter", "go on all the same")]
        }
    };
    draw_keys(ui, hints, keys, buffer);
}

impl Ui {
    /// What is to be asked before a first run, or since a newer awtui is here, is asked now, unless the operator is at
    /// something else already.
    pub fn begin_setup(&mut self) -> Vec<Ask> {
        let opening = std::mem::take(&mut self.opening);
        if !self.popups.is_empty() || !self.input.is_empty() {
            return Vec::new();
        }
        match opening {
            Opening::Nothing => Vec::new(),
            Opening::SetUp => open(self),
            Opening::New(keys) => {
                begin_with(self, keys);
                vec![Ask::Settings(SettingsAsk::Read), Ask::Settings(SettingsAsk::Asked)]
            }
        }
    }

    /// A role's agent has what was chosen, in words, or it has not.
    pub fn pair_tried(&mut self, role: String, result: Result<String, String>) {
        if let Some(Popup::Setup(setup)) = self.popups.last_mut() {
            setup.tried.insert(role, result);
        }
    }
}
