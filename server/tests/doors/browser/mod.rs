mod account;
mod defence;
mod pages;
mod sign_in;
mod visitor;
