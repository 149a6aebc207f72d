package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.model.json.Json;
import io.k8j.model.time.SystemTime;
import io.k8j.model.typed.TypedCodec;
import io.k8j.model.yaml.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Slices, classes and claims in YAML, and an allocator over them. */
final class DeviceWorld implements AutoCloseable {
    static final String DRIVER = "a.example.com";

    final List<ResourceSlice> slices = new ArrayList<>();
    final Map<String, DeviceClass> classes = new LinkedHashMap<>();
    final InUse inUse = new InUse();
    private final SystemTime time = new SystemTime();

    static <T> T read(String yaml, Class<T> type) {
        return TypedCodec.decode(Json.write(Yaml.parse(yaml)), type);
    }

    DeviceWorld deviceClass(String name, String spec) {
        classes.put(name, read("{metadata: {name: %s}, spec: %s}".formatted(name, spec), DeviceClass.class));
        return this;
    }

    /** @param spec what comes after the driver */
    DeviceWorld slice(String name, String spec) {
        slices.add(read(
                "{metadata: {name: %s}, spec: {driver: %s, %s}}".formatted(name, DRIVER, spec), ResourceSlice.class));
        return this;
    }

    /** A pool of one slice on the node host. */
    DeviceWorld local(String devices) {
        return slice(
                "local", "nodeName: host, pool: {name: p, generation: 1, resourceSliceCount: 1}, devices: " + devices);
    }

    static ResourceClaim claim(String name, String devices) {
        return read(
                "{metadata: {name: %s, namespace: ns}, spec: {devices: %s}}".formatted(name, devices),
                ResourceClaim.class);
    }

    Allocator.Outcome allocate(String node, ResourceClaim... claims) {
        return allocate(node, Map.of(), claims);
    }

    Allocator.Outcome allocate(String node, Map<String, String> labels, ResourceClaim... claims) {
        Inventory inventory = new Inventory();
        slices.forEach(slice -> inventory.put(new PublishedSlice(slice)));
        return Allocator.of(
                        inventory,
                        inUse,
                        classes::get,
                        new Allocator.Memory(),
                        time,
                        time.nanoTime() + 60_000_000_000L,
                        new Random(1))
                .allocate(node, labels, List.of(claims));
    }

    /** {@code request=device …} for each claim, or the reason. */
    String told(Allocator.Outcome outcome) {
        return switch (outcome) {
            case Allocator.Outcome.NotHere(String reason) -> reason;
            case Allocator.Outcome.Fault(String message) -> "fault: " + message;
            case Allocator.Outcome.Found(List<AllocationResult> results) ->
                String.join(
                        "; ",
                        results.stream()
                                .map(result -> String.join(
                                        " ",
                                        result.getDevices().getResults().stream()
                                                .map(r -> r.getRequest() + "=" + r.getDevice())
                                                .toList()))
                                .toList());
        };
    }

    @Override
    public void close() {
        time.close();
    }
}
