package io.k8j.apiserver.validation.device;

import io.k8j.apiserver.validation.AffinityValidation;
import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.InternalForm;
import io.k8j.apiserver.validation.Meta;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks ResourceSlices: the devices that drivers publish. */
public final class SliceValidation {
    /** A domain, a slash and an identifier. */
    static final int LONGEST_NAME = 63 + 1 + 32;

    private static final int MOST_DEVICES = 128;
    private static final int MOST_ADVANCED_DEVICES = 64;
    private static final int MOST_COUNTER_SETS = 8;
    private static final int MOST_COUNTERS = 32;
    private static final int MOST_CONSUMPTIONS = 2;
    private static final int MOST_TAINTS = 16;
    private static final int MOST_ATTRIBUTES = 32;
    private static final int MOST_VALUES = 48;
    private static final int LONGEST_VALUE = 64;
    private static final String PRE_RELEASE = "(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)";
    private static final String NUMBER = "(0|[1-9]\\d*)";
    private static final Pattern VERSION = Pattern.compile(NUMBER + "\\." + NUMBER + "\\." + NUMBER + "(-" + PRE_RELEASE
            + "(\\." + PRE_RELEASE + ")*)?(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?");
    private static final String ONE_OF_DEVICE =
            "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when "
                    + "`perDeviceNodeSelection` is set to true in the ResourceSlice spec";
    private static final String ONE_OF_SLICE =
            "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";

    private SliceValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        return check(Place.of(object).field("spec"), null);
    }

    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        return check(Place.of(object).field("spec"), Place.of(old).field("spec"));
    }

    private static List<FieldError> check(Place spec, Place old) {
        Findings f = new Findings();
        DeviceParts.driver(f, spec.field("driver"));
        pool(f, spec.field("pool"));
        if (old != null) {
            unchanged(f, spec.at("pool", "name"), old.at("pool", "name"));
            unchanged(f, spec.field("driver"), old.field("driver"));
            unchanged(f, spec.field("nodeName"), old.field("nodeName"));
        }
        nodes(f, spec);
        Place devices = spec.field("devices");
        Place counters = spec.field("sharedCounters");
        if (counters.present() && devices.present()) {
            f.invalid(spec, "", "only one of `sharedCounters` or `devices` is allowed");
        }
        boolean perDevice = spec.isTrue("perDeviceNodeSelection");
        DeviceLists.set(
                f,
                devices,
                isAdvanced(devices) ? MOST_ADVANCED_DEVICES : MOST_DEVICES,
                (findings, device) -> device(findings, device, lookup(old, device.text("name")), perDevice),
                item -> item.text("name"));
        DeviceLists.set(f, counters, MOST_COUNTER_SETS, SliceValidation::counterSet, item -> item.text("name"));
        return f.list();
    }

    private static void unchanged(Findings f, Place now, Place before) {
        if (!Trees.deepEquals(now.value(), before.value())) f.immutable(now);
    }

    private static void pool(Findings f, Place pool) {
        DeviceParts.pool(f, pool.field("name"));
        Place count = pool.field("resourceSliceCount");
        if (count.number(0) <= 0) f.invalid(count, count.number(0), "must be greater than zero");
        Place generation = pool.field("generation");
        if (generation.number(0) < 0) {
            f.invalid(generation, generation.number(0), "must be greater than or equal to zero");
        }
    }

    private static void nodes(Findings f, Place spec) {
        List<String> set = new ArrayList<>();
        Place name = spec.field("nodeName");
        if (name.present()) {
            if (name.text().isEmpty()) {
                f.invalid(name, "", "must be either unset or set to a non-empty string");
            } else {
                set.add("`nodeName`");
                f.invalid(name, name.text(), Names.dns1123Subdomain(name.text()));
            }
        }
        Place selector = spec.field("nodeSelector");
        if (selector.present()) {
            set.add("`nodeSelector`");
            AffinityValidation.nodeSelector(f, selector);
            Place terms = selector.field("nodeSelectorTerms");
            if (terms.size() != 1) f.invalid(terms, shownTerms(terms), "must have exactly one node selector term");
        }
        for (String flag : List.of("allNodes", "perDeviceNodeSelection")) {
            if (isSet(f, spec.field(flag))) set.add("`" + flag + "`");
        }
        if (set.isEmpty()) {
            f.required(spec, ONE_OF_SLICE);
        } else if (set.size() > 1) {
            f.invalid(spec, "{" + String.join(", ", set) + "}", ONE_OF_SLICE + ", but multiple fields are set");
        }
    }

    private static Object shownTerms(Place terms) {
        if (terms.absent()) return null;
        return terms.list().stream()
                .map(term -> InternalForm.of("NodeSelectorTerm", term))
                .toList();
    }

    private static boolean isSet(Findings f, Place flag) {
        if (flag.present() && !flag.isTrue()) f.invalid(flag, false, "must be either unset or set to true");
        return flag.isTrue();
    }

    private static boolean isAdvanced(Place devices) {
        return devices.items().stream()
                .anyMatch(device -> !device.field("taints").isEmpty()
                        || !device.field("consumesCounters").isEmpty());
    }

    private static Place lookup(Place spec, String name) {
        if (spec == null) return null;
        return spec.field("devices").items().stream()
                .filter(device -> device.text("name").equals(name))
                .findFirst()
                .orElse(null);
    }

    private static void counterSet(Findings f, Place set) {
        counterName(f, set.field("name"));
        counters(f, set.field("counters"));
    }

    private static void counterName(Findings f, Place name) {
        if (name.text().isEmpty()) {
            f.required(name);
        } else {
            DeviceParts.label(f, name);
        }
    }

    private static void counters(Findings f, Place counters) {
        if (counters.isEmpty()) {
            f.required(counters);
        } else {
            DeviceLists.map(f, counters, MOST_COUNTERS, 63, DeviceParts::label, (findings, counter) -> {});
        }
    }

    private static void device(Findings f, Place device, Place old, boolean perDevice) {
        DeviceParts.label(f, device.field("name"));
        Place attributes = device.field("attributes");
        Place capacity = device.field("capacity");
        int total = attributes.size() + capacity.size();
        if (total > MOST_ATTRIBUTES) {
            f.invalid(
                    device, total, "the total number of attributes and capacities must not exceed " + MOST_ATTRIBUTES);
        }
        if (attributes.size() > MOST_VALUES) {
            f.invalid(device, attributes.size(), "the total number of attribute values must not exceed " + MOST_VALUES);
        }
        DeviceLists.map(
                f,
                attributes,
                DeviceLists.ANY_SIZE,
                LONGEST_NAME,
                DeviceParts::qualifiedName,
                SliceValidation::attribute);
        boolean shared = device.isTrue("allowMultipleAllocations");
        DeviceLists.map(
                f,
                capacity,
                DeviceLists.ANY_SIZE,
                LONGEST_NAME,
                DeviceParts::qualifiedName,
                (findings, amount) -> CapacityValidation.check(findings, amount, shared));
        Place taints = device.field("taints");
        if (old == null || !Trees.deepEquals(taints.value(), old.field("taints").value())) {
            DeviceLists.list(f, taints, MOST_TAINTS, DeviceParts::taint);
        }
        DeviceLists.set(
                f,
                device.field("consumesCounters"),
                MOST_CONSUMPTIONS,
                (findings, consumption) -> {
                    counterName(findings, consumption.field("counterSet"));
                    counters(findings, consumption.field("counters"));
                },
                item -> item.text("counterSet"));
        deviceNodes(f, device, perDevice);
        DeviceParts.bindingConditions(f, device);
    }

    private static void deviceNodes(Findings f, Place device, boolean perDevice) {
        Place name = device.field("nodeName");
        Place selector = device.field("nodeSelector");
        Place all = device.field("allNodes");
        if (!perDevice) {
            if (name.present() || selector.present() || all.present()) {
                f.invalid(
                        device,
                        null,
                        "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec");
            }
            return;
        }
        List<String> set = new ArrayList<>();
        if (name.present() && name.text().isEmpty()) {
            f.invalid(name, "", "must not be empty");
        } else if (name.present()) {
            set.add("`nodeName`");
            f.invalid(name, name.text(), Names.dns1123Subdomain(name.text()));
        }
        if (selector.present()) {
            set.add("`nodeSelector`");
            AffinityValidation.nodeSelector(f, selector);
        }
        if (isSet(f, all)) set.add("`allNodes`");
        if (set.isEmpty()) {
            f.required(device, ONE_OF_DEVICE);
        } else if (set.size() > 1) {
            f.invalid(device, "{" + String.join(", ", set) + "}", ONE_OF_DEVICE);
        }
    }

    private static void attribute(Findings f, Place attribute) {
        int values = 0;
        for (String field : List.of("bool", "int", "string", "version")) {
            if (attribute.field(field).present()) values++;
        }
        Place text = attribute.field("string");
        if (Meta.bytes(text.text()) > LONGEST_VALUE) f.tooLong(text, LONGEST_VALUE);
        Place version = attribute.field("version");
        if (version.present() && !VERSION.matcher(version.text()).matches()) {
            f.invalid(version, version.text(), "must be a string compatible with semver.org spec 2.0.0");
        }
        if (Meta.bytes(version.text()) > LONGEST_VALUE) f.tooLong(version, LONGEST_VALUE);
        if (values != 1) {
            Object shown = values == 0 ? "" : InternalForm.of("DeviceAttribute", attribute.value());
            f.invalid(attribute, shown, "exactly one value must be specified");
        }
    }
}
