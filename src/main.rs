//! The `awtui` program.

fn main() -> std::process::ExitCode {
    awtui::cli::main()
}
