package io.k8j.model.device;

import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.k8j.model.cel.AnsweringMap;
import io.k8j.model.cel.Values;
import io.k8j.model.quantity.Quantity;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What selectors see of a device. Names without a domain belong to the driver's. Immutable; safe for all threads.
 *
 * @param variables CEL values by variable
 */
public record DeviceVariable(Map<String, Object> variables) {
    static final String NAME = "device";

    /** A device that no selector can be asked about, as it has a value of no known type. */
    public static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }

    /** The variable of a device as its driver published it. */
    public static DeviceVariable of(String driver, Device device) throws UnreadableException {
        Map<String, Object> attributes = new HashMap<>();
        if (device.getAttributes() != null) {
            for (Map.Entry<String, DeviceAttribute> entry :
                    device.getAttributes().entrySet()) {
                put(attributes, driver, entry.getKey(), value(entry.getKey(), entry.getValue()));
            }
        }
        Map<String, Object> capacity = new HashMap<>();
        if (device.getCapacity() != null) {
            device.getCapacity()
                    .forEach((name, amount) ->
                            put(capacity, driver, name, Values.quantity(Quantity.of(amount.getValue()))));
        }
        return new DeviceVariable(Map.of(
                NAME,
                Map.of(
                        "driver",
                        driver,
                        "attributes",
                        new Domains(attributes),
                        "capacity",
                        new Domains(capacity),
                        "allowMultipleAllocations",
                        Boolean.TRUE.equals(device.getAllowMultipleAllocations()))));
    }

    private static Object value(String name, DeviceAttribute attribute) throws UnreadableException {
        if (attribute.getInt() != null) return attribute.getInt();
        if (attribute.getBool() != null) return attribute.getBool();
        if (attribute.getString() != null) return attribute.getString();
        if (attribute.getVersion() == null) {
            throw new UnreadableException("attribute %s: unsupported attribute value".formatted(name));
        }
        try {
            return Values.semver(attribute.getVersion());
        } catch (RuntimeException e) {
            throw new UnreadableException("attribute %s: parse semantic version: %s".formatted(name, e.getMessage()));
        }
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<String, Object> domains, String driver, String name, Object value) {
        int slash = name.indexOf('/');
        String domain = slash < 0 ? driver : name.substring(0, slash);
        ((Map<String, Object>) domains.computeIfAbsent(domain, d -> new HashMap<>()))
                .put(slash < 0 ? name : name.substring(slash + 1), value);
    }

    /** A domain that the device says nothing of reads as empty, so that {@code has()} can ask about its names. */
    private static final class Domains extends AbstractMap<String, Object> implements AnsweringMap {
        private final Map<String, Object> known;

        Domains(Map<String, Object> known) {
            this.known = known;
        }

        @Override
        public Object get(Object domain) {
            Object found = known.get(domain);
            return found == null && domain instanceof String ? Map.of() : found;
        }

        @Override
        public boolean containsKey(Object domain) {
            return known.containsKey(domain);
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            return known.entrySet();
        }
    }
}
