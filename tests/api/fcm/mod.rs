mod costs;
mod devices;
mod fan_out;
mod liveness;
mod log_in;
mod notifications;
mod notifier;
mod ownership;
