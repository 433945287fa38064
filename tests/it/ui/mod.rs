//! The screen: what is drawn at each size, what each key asks for, and that it stays calm.

mod banners;
mod calm;
mod code;
mod commands;
mod events;
mod frames;
mod gates;
mod input;
mod keys;
mod links;
mod modes;
mod mouse;
mod numbers;
mod previews;
mod read_back;
mod reading;
mod runs;
mod scene;
pub mod scenes;
mod settings;
mod shape;
mod signs;
mod terminals;
mod trust;
mod which;
