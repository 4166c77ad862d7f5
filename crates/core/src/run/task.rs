use futures_util::stream::FuturesUnordered;
use std::future::Future;
use std::pin::Pin;

/// Something that goes on by itself. Boxed, so that there is one kind of it in the wasm.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Tasks that go on side by side; each is polled when it has been woken, and no other.
pub(crate) type Tasks = FuturesUnordered<Task>;

pub(crate) fn task(future: impl Future<Output = ()> + 'static) -> Task {
    Box::pin(future)
}
