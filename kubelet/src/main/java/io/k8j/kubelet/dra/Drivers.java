package io.k8j.kubelet.dra;

import io.k8j.kubelet.plugins.PluginHandler;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The drivers that have registered. Of a driver whose last instance is gone for half a minute the ResourceSlices are
 * removed, since nobody could prepare its devices. Thread-safe.
 */
final class Drivers implements PluginHandler, AutoCloseable {
    private static final List<String> SERVICES = List.of("v1.DRAPlugin", "v1beta1.DRAPlugin");
    private static final Duration WIPE_DELAY = Duration.ofSeconds(30); // upstream's

    private final Time time;
    private final Consumer<String> wipe;
    private final Map<String, List<Driver>> drivers = new HashMap<>(); // in the order they came; guarded by this
    private final Map<String, Time.Timer> pending = new HashMap<>(); // guarded by this

    /** @param wipe removes the ResourceSlices of this node and a driver; must not block */
    Drivers(Time time, Consumer<String> wipe) {
        this.time = time;
        this.wipe = wipe;
    }

    /** The newest instance of a driver. */
    synchronized Driver get(String name) throws DriverException {
        List<Driver> running = drivers.getOrDefault(name, List.of());
        if (running.isEmpty()) throw new DriverException("DRA driver %s is not registered".formatted(name));
        return running.getLast();
    }

    @Override
    public String type() {
        return "DRAPlugin";
    }

    @Override
    public String refusal(String name, Path endpoint, List<String> versions) {
        String problem = null;
        if (versions.isEmpty()) {
            problem = "empty list of supported gRPC services (aka supported versions)";
        } else if (versions.stream().noneMatch(SERVICES::contains)) {
            problem = "none of services supported by the plugin (%s) are supported by the kubelet (%s)"
                    .formatted(quoted(versions), quoted(SERVICES));
        }
        return problem == null
                ? null
                : "invalid supported gRPC versions of DRA driver plugin %s at endpoint %s: %s"
                        .formatted(name, endpoint, problem);
    }

    private static String quoted(List<String> words) {
        return "[\"" + String.join("\" \"", words) + "\"]";
    }

    @Override
    public synchronized void register(String name, Path endpoint, List<String> versions) {
        List<Driver> running = drivers.computeIfAbsent(name, driver -> new ArrayList<>());
        if (running.stream().anyMatch(driver -> driver.endpoint().equals(endpoint))) {
            throw new IllegalStateException(
                    "endpoint %s already registered for DRA driver plugin %s".formatted(endpoint, name));
        }
        String service =
                versions.stream().filter(SERVICES::contains).findFirst().orElseThrow();
        running.add(new Driver(endpoint, service));
        Time.Timer wiping = pending.remove(name);
        if (wiping != null) wiping.cancel();
    }

    @Override
    public synchronized void deregister(String name, Path endpoint) {
        List<Driver> running = drivers.getOrDefault(name, List.of());
        running.stream()
                .filter(driver -> driver.endpoint().equals(endpoint))
                .findFirst()
                .ifPresent(driver -> {
                    driver.close();
                    running.remove(driver);
                });
        if (running.isEmpty()) {
            drivers.remove(name);
            pending.put(name, time.after(Pace.UPKEEP, WIPE_DELAY, () -> wipeIfGone(name)));
        }
    }

    private void wipeIfGone(String name) {
        synchronized (this) {
            pending.remove(name);
            if (drivers.containsKey(name)) return;
        }
        wipe.accept(name);
    }

    @Override
    public synchronized void close() {
        pending.values().forEach(Time.Timer::cancel);
        drivers.values().forEach(running -> running.forEach(Driver::close));
        drivers.clear();
    }
}
