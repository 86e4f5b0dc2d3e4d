//! The `keyrack` program.

fn main() -> std::process::ExitCode {
    keyrack_server::cli::main()
}
