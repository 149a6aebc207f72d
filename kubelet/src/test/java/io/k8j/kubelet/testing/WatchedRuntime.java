package io.k8j.kubelet.testing;

import io.k8j.kubelet.cri.ContainerRuntime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A runtime whose calls are told, by their names, to a test before they are made: it can then do something in between. */
public final class WatchedRuntime {
    private final ContainerRuntime runtime;
    private final AtomicReference<Consumer<String>> watcher = new AtomicReference<>(call -> {});

    public WatchedRuntime(ContainerRuntime real) {
        this.runtime = (ContainerRuntime) Proxy.newProxyInstance(
                WatchedRuntime.class.getClassLoader(),
                new Class<?>[] {ContainerRuntime.class},
                (self, method, args) -> {
                    watcher.get().accept(method.getName());
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    public ContainerRuntime runtime() {
        return runtime;
    }

    /** Has each call told from now on; whoever makes the call waits for the answer. */
    public void tell(Consumer<String> listener) {
        watcher.set(listener);
    }
}
