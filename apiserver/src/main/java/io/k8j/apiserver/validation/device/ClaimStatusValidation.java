package io.k8j.apiserver.validation.device;

import io.k8j.apiserver.validation.AddressValidation;
import io.k8j.apiserver.validation.AffinityValidation;
import io.k8j.apiserver.validation.ConditionValidation;
import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.GoStruct;
import io.k8j.apiserver.validation.Meta;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks what was allocated to a claim, who may use it, and what drivers say of its devices. */
public final class ClaimStatusValidation {
    private static final int MOST_CONSUMERS = 256;
    private static final int MOST_CONDITIONS = 8;
    private static final int LONGEST_DATA = 10 * 1024;
    private static final int LONGEST_INTERFACE = 256;
    private static final int LONGEST_HARDWARE_ADDRESS = 128;
    private static final int MOST_ADDRESSES = 16;
    private static final Pattern UID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private static final Pattern ANY_UID =
            Pattern.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

    private ClaimStatusValidation() {}

    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place claim = Place.of(object);
        Place status = claim.field("status");
        Place before = Place.of(old).field("status");
        Place reserved = status.field("reservedFor");
        Place allocation = status.field("allocation");
        DeviceLists.set(f, reserved, MOST_CONSUMERS, ClaimStatusValidation::consumer, item -> item.text("uid"));
        Set<String> allocated = new HashSet<>();
        for (Place result : allocation.at("devices", "results").items()) allocated.add(id(result));
        DeviceLists.set(
                f,
                status.field("devices"),
                DeviceLists.ANY_SIZE,
                (findings, device) -> deviceStatus(findings, device, allocated),
                ClaimStatusValidation::shown);
        reservations(f, claim, before);
        if (allocation.present() && before.field("allocation").present()) {
            if (!Trees.deepEquals(allocation.value(), before.field("allocation").value())) {
                f.immutable(allocation, "AllocationResult");
            }
        } else if (allocation.present()) {
            allocation(f, allocation, RequestNames.of(claim.at("spec", "devices")));
        }
        return f.list();
    }

    private static void reservations(Findings f, Place claim, Place before) {
        Place reserved = claim.at("status", "reservedFor");
        if (reserved.isEmpty()) return;
        if (claim.at("status", "allocation").absent()) {
            f.forbidden(reserved, "may not be specified when `allocated` is not set");
        } else if (claim.at("metadata", "deletionTimestamp").present()
                && !before.field("reservedFor").list().containsAll(reserved.list())) {
            f.forbidden(
                    reserved,
                    "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set");
        }
    }

    private static void consumer(Findings f, Place consumer) {
        for (String field : List.of("resource", "name", "uid")) {
            if (consumer.text(field).isEmpty()) f.required(consumer.field(field));
        }
    }

    private static void allocation(Findings f, Place allocation, RequestNames names) {
        Place devices = allocation.field("devices");
        DeviceLists.list(
                f,
                devices.field("results"),
                DeviceParts.MOST_RESULTS,
                (findings, result) -> result(findings, result, names));
        DeviceLists.list(f, devices.field("config"), 2 * DeviceParts.MOST_CONFIGS, (findings, config) -> {
            Place source = config.field("source");
            if (source.text().isEmpty()) {
                findings.required(source);
            } else if (!List.of("FromClaim", "FromClass").contains(source.text())) {
                findings.notSupported(source, source.text(), List.of("FromClaim", "FromClass"));
            }
            names.checkAll(findings, config.field("requests"));
            DeviceParts.configuration(findings, config, false);
        });
        if (allocation.field("nodeSelector").present()) {
            AffinityValidation.nodeSelector(f, allocation.field("nodeSelector"));
        }
    }

    private static void result(Findings f, Place result, RequestNames names) {
        names.check(f, result.field("request"));
        DeviceParts.driver(f, result.field("driver"));
        DeviceParts.pool(f, result.field("pool"));
        DeviceParts.label(f, result.field("device"));
        DeviceParts.bindingConditions(f, result);
        share(f, result.field("shareID"));
    }

    private static void share(Findings f, Place share) {
        if (share.absent()) return;
        String problem = uuidProblem(share.text());
        if (problem != null) {
            f.invalid(share, share.text(), "error validating uid: " + problem);
        } else if (!UID.matcher(share.text()).matches()) {
            f.invalid(
                    share,
                    share.text(),
                    "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters");
        }
    }

    /** What keeps a text from being a UUID in any of its spellings; null if nothing does. */
    private static String uuidProblem(String text) {
        String inner = text;
        switch (Meta.bytes(text)) {
            case 32, 36 -> {}
            case 45 -> {
                String prefix = text.substring(0, Math.min(9, text.length()));
                if (!prefix.equalsIgnoreCase("urn:uuid:")) return "invalid urn prefix: " + GoQuote.quote(prefix);
                inner = text.substring(9);
            }
            case 38 -> {
                if (!text.startsWith("{") || !text.endsWith("}")) return "invalid bracketed UUID format";
                inner = text.substring(1, text.length() - 1);
            }
            default -> {
                return "invalid UUID length: " + Meta.bytes(text);
            }
        }
        return ANY_UID.matcher(inner).matches() ? null : "invalid UUID format";
    }

    private static String id(Place device) {
        String id = device.text("driver") + "/" + device.text("pool") + "/" + device.text("device");
        return device.text("shareID").isEmpty() ? id : id + "/" + device.text("shareID");
    }

    /** The same as messages show it. */
    private static Map<String, Object> shown(Place device) {
        return GoStruct.of(device, "driver=", "pool=", "device=", "shareID=");
    }

    private static void deviceStatus(Findings f, Place device, Set<String> allocated) {
        DeviceParts.driver(f, device.field("driver"));
        DeviceParts.pool(f, device.field("pool"));
        DeviceParts.label(f, device.field("device"));
        share(f, device.field("shareID"));
        if (!allocated.contains(id(device))) {
            f.invalid(device, shown(device), "must be an allocated device in the claim");
        }
        Place conditions = device.field("conditions");
        if (conditions.size() > MOST_CONDITIONS) f.tooMany(conditions, conditions.size(), MOST_CONDITIONS);
        ConditionValidation.check(f, conditions);
        if (device.field("data").present()) DeviceParts.object(f, device.field("data"), LONGEST_DATA);
        network(f, device.field("networkData"));
    }

    private static void network(Findings f, Place data) {
        limit(f, data.field("interfaceName"), LONGEST_INTERFACE);
        limit(f, data.field("hardwareAddress"), LONGEST_HARDWARE_ADDRESS);
        DeviceLists.set(
                f,
                data.field("ips"),
                MOST_ADDRESSES,
                (findings, address) ->
                        findings.invalid(address, address.text(), AddressValidation.interfaceAddress(address.text())),
                Place::text);
    }

    private static void limit(Findings f, Place text, int longest) {
        if (Meta.bytes(text.text()) > longest) f.tooLong(text, longest);
    }
}
