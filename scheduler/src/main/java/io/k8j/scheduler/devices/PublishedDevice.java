package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumption;
import io.k8j.model.device.DeviceExpression;
import io.k8j.model.device.DeviceVariable;
import io.k8j.model.quantity.Quantity;
import io.k8j.scheduler.framework.NodeSelection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A device as its driver published it, and what selectors have said of it. */
final class PublishedDevice {
    private static final int ANSWERS = 16;

    final DeviceId id;
    final Device device;
    final boolean shared;
    final Map<String, Quantity> capacity;
    /** By counter set. */
    final Map<String, Map<String, Quantity>> consumes = new LinkedHashMap<>();

    private final boolean onAllNodes;
    private final String node;
    private final NodeSelection nodes;
    /** The latest answers by expression: the same selectors are asked for each Pod. */
    private final Map<String, DeviceExpression.Answer> answers = new LinkedHashMap<>(4, 0.75f, true);

    private DeviceVariable variable;

    PublishedDevice(String driver, String pool, Device device) {
        this.id = new DeviceId(driver, pool, device.getName());
        this.device = device;
        this.shared = Boolean.TRUE.equals(device.getAllowMultipleAllocations());
        this.capacity = Amounts.of(device.getCapacity(), DeviceCapacity::getValue);
        for (DeviceCounterConsumption consumption : device.getConsumesCounters()) {
            consumes.put(
                    consumption.getCounterSet(), Amounts.of(consumption.getCounters(), counter -> counter.getValue()));
        }
        this.onAllNodes = Boolean.TRUE.equals(device.getAllNodes());
        this.node = device.getNodeName();
        this.nodes = NodeSelection.of(device.getNodeSelector());
    }

    /** Whether the node reaches the device, for slices that leave this to their devices. */
    boolean isOn(String name, Map<String, String> labels) {
        if (node != null && !node.isEmpty()) {
            return node.equals(name);
        }
        return onAllNodes || nodes != null && nodes.matches(name, labels);
    }

    /** Asks a selector about the device; the answer is the same each time. */
    DeviceExpression.Answer ask(String text, DeviceExpression expression) {
        DeviceExpression.Answer known = answers.get(text);
        if (known != null) {
            return known;
        }
        DeviceExpression.Answer answer = answer(expression);
        if (answers.size() >= ANSWERS) {
            answers.remove(answers.keySet().iterator().next());
        }
        answers.put(text, answer);
        return answer;
    }

    private DeviceExpression.Answer answer(DeviceExpression expression) {
        if (variable == null) {
            try {
                variable = DeviceVariable.of(id.driver(), device);
            } catch (DeviceVariable.UnreadableException e) {
                return new DeviceExpression.Answer.Failed(e.getMessage());
            }
        }
        return expression.matches(variable);
    }

    /** The value of an attribute by its full name, comparable with that of other devices; null if there is none. */
    Object attribute(String name) {
        Map<String, DeviceAttribute> attributes = device.getAttributes();
        if (attributes == null) {
            return null;
        }
        DeviceAttribute attribute = attributes.get(name);
        int slash = name.indexOf('/');
        if (attribute == null && slash >= 0 && name.substring(0, slash).equals(id.driver())) {
            attribute = attributes.get(name.substring(slash + 1));
        }
        return attribute == null ? null : value(attribute);
    }

    /** A version is another thing than a text that reads the same. */
    private record Version(String text) {}

    private static Object value(DeviceAttribute attribute) {
        if (attribute.getString() != null) {
            return attribute.getString();
        }
        if (attribute.getInt() != null) {
            return attribute.getInt();
        }
        if (attribute.getBool() != null) {
            return attribute.getBool();
        }
        return attribute.getVersion() == null ? null : new Version(attribute.getVersion());
    }

    /** The first counter that no set has, in upstream's words; null if all are there. */
    String unknownCounter(Map<String, Map<String, Quantity>> sets) {
        for (Map.Entry<String, Map<String, Quantity>> used : consumes.entrySet()) {
            Map<String, Quantity> set = sets.get(used.getKey());
            if (set == null) {
                return "counter set %s not found".formatted(used.getKey());
            }
            for (String counter : used.getValue().keySet()) {
                if (!set.containsKey(counter)) {
                    return "counter %s not found in counter set %s".formatted(counter, used.getKey());
                }
            }
        }
        return null;
    }

    static Map<String, Map<String, Quantity>> copy(Map<String, Map<String, Quantity>> sets) {
        Map<String, Map<String, Quantity>> copy = new HashMap<>();
        sets.forEach((name, counters) -> copy.put(name, new HashMap<>(counters)));
        return copy;
    }

    List<String> bindingConditions() {
        return device.getBindingConditions();
    }
}
