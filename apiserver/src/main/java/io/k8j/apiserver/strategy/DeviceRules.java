package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.validation.device.ClaimStatusValidation;
import io.k8j.apiserver.validation.device.ClaimValidation;
import io.k8j.apiserver.validation.device.DeviceClassValidation;
import io.k8j.apiserver.validation.device.SliceValidation;
import io.k8j.model.json.Trees;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What is special about resource.k8s.io. */
final class DeviceRules {
    /** Attributes that are lists are off by default in 1.36. */
    private static final List<String> LIST_VALUES = List.of("bools", "ints", "strings", "versions");

    private DeviceRules() {}

    /** The rules of a resource; null if it is not one of these. */
    static Rules find(String resource) {
        return switch (resource) {
            case "deviceclasses.resource.k8s.io" ->
                Rules.plain()
                        .withGeneration()
                        .check(DeviceClassValidation::create)
                        .updateCheck(DeviceClassValidation::update);
            case "resourceclaims.resource.k8s.io" ->
                Rules.withStatus()
                        .withoutGeneration()
                        .keepsMetadataInStatus()
                        .check(ClaimValidation::create)
                        .updateCheck(ClaimValidation::update)
                        .onStatus(DeviceRules::dropGoneDevices)
                        .statusCheck(ClaimStatusValidation::update);
            case "resourceclaimtemplates.resource.k8s.io" ->
                Rules.plain().check(ClaimValidation::createTemplate).updateCheck(ClaimValidation::updateTemplate);
            case "resourceslices.resource.k8s.io" ->
                Rules.plain()
                        .withGeneration()
                        .onCreate((context, slice) -> prepare(context, slice))
                        .onUpdate((context, slice, old) -> prepare(context, slice))
                        .check(SliceValidation::create)
                        .updateCheck(SliceValidation::update)
                        .warn((slice, old) -> upperCase(slice))
                        .select("spec.nodeName", "spec.driver");
            default -> null;
        };
    }

    private static List<String> upperCase(Map<String, Object> slice) {
        String driver = Trees.string(slice, "spec", "driver");
        if (driver == null || driver.equals(driver.toLowerCase(Locale.ROOT))) return List.of();
        return List.of("spec.driver: driver names should be lowercase; \"%s\" contains uppercase characters"
                .formatted(driver));
    }

    private static void prepare(RequestContext context, Map<String, Object> slice) {
        for (Object item : Trees.list(slice, "spec", "devices")) {
            if (!(item instanceof Map<?, ?> device)) continue;
            for (Object taint : Trees.list(device, "taints")) tellSince(context, taint);
            device.remove("nodeAllocatableResourceMappings");
            for (Object attribute : Trees.map(device, "attributes").values()) {
                if (attribute instanceof Map<?, ?> map) LIST_VALUES.forEach(map::remove);
            }
        }
    }

    /** Taints count from when they were set. */
    private static void tellSince(RequestContext context, Object taint) {
        if (taint instanceof Map<?, ?> map && map.get("timeAdded") == null) {
            Trees.asMap(map)
                    .put(
                            "timeAdded",
                            context.now().truncatedTo(ChronoUnit.SECONDS).toString());
        }
    }

    /** What drivers said of devices that the claim has no longer goes with them. */
    private static void dropGoneDevices(RequestContext context, Map<String, Object> claim, Map<String, Object> old) {
        List<Object> told = Trees.list(claim, "status", "devices");
        if (told.isEmpty()) return;
        Set<String> gone = allocated(old);
        gone.removeAll(allocated(claim));
        List<Object> left =
                told.stream().filter(device -> !gone.contains(id(device))).toList();
        if (left.isEmpty()) {
            Trees.remove(claim, "status", "devices");
        } else if (left.size() < told.size()) {
            Trees.set(claim, new ArrayList<>(left), "status", "devices");
        }
    }

    private static Set<String> allocated(Map<String, Object> claim) {
        Set<String> devices = new HashSet<>();
        for (Object result : Trees.list(claim, "status", "allocation", "devices", "results")) devices.add(id(result));
        return devices;
    }

    private static String id(Object device) {
        return Trees.string(device, "driver") + "/" + Trees.string(device, "pool") + "/"
                + Trees.string(device, "device") + "/" + Trees.string(device, "shareID");
    }
}
