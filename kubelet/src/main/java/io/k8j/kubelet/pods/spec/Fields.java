package io.k8j.kubelet.pods.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.k8j.model.api.GoQuote;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Pod's own fields, as the downward API shows them.
 *
 * @param pod the Pod
 * @param podIps its addresses as far as known
 * @param hostIps the node's addresses
 * @param allocatable what the node gives to Pods, the limit of those that set none
 */
public record Fields(Pod pod, List<String> podIps, List<String> hostIps, Map<String, Quantity> allocatable) {
    private static final Set<String> BASIC = Set.of("cpu", "memory", "ephemeral-storage");
    private static final Pattern SUBSCRIPT = Pattern.compile("metadata\\.(labels|annotations)\\['(.*)'\\]");

    /**
     * Reads one field.
     *
     * @throws IllegalArgumentException if there is no such field in the downward API
     */
    public String field(String path) {
        Matcher subscript = SUBSCRIPT.matcher(path);
        if (subscript.matches()) {
            String value = orEmpty(
                            subscript.group(1).equals("labels")
                                    ? pod.getMetadata().getLabels()
                                    : pod.getMetadata().getAnnotations())
                    .get(subscript.group(2));
            return value == null ? "" : value;
        }
        return switch (path) {
            case "metadata.name" -> pod.getMetadata().getName();
            case "metadata.namespace" -> pod.getMetadata().getNamespace();
            case "metadata.uid" -> pod.getMetadata().getUid();
            case "metadata.labels" -> lines(pod.getMetadata().getLabels());
            case "metadata.annotations" -> lines(pod.getMetadata().getAnnotations());
            case "spec.nodeName" -> pod.getSpec().getNodeName();
            case "spec.serviceAccountName" ->
                pod.getSpec().getServiceAccountName() == null
                        ? ""
                        : pod.getSpec().getServiceAccountName();
            case "status.podIP" -> podIps.isEmpty() ? "" : podIps.getFirst();
            case "status.podIPs" -> String.join(",", podIps);
            case "status.hostIP" -> hostIps.isEmpty() ? "" : hostIps.getFirst();
            case "status.hostIPs" -> String.join(",", hostIps);
            default -> throw new IllegalArgumentException("unsupported fieldPath: " + path);
        };
    }

    /**
     * Reads a request or limit of a container, divided and rounded up.
     *
     * @throws IllegalArgumentException if there is no such container or resource
     */
    public String resource(ResourceFieldSelector selector, String containerName) {
        Container container = ContainerRef.find(pod, containerName)
                .map(ContainerRef::container)
                .orElseThrow(() -> new IllegalArgumentException("container %s not found".formatted(containerName)));
        String resource = selector.getResource();
        String name = resource.substring(resource.indexOf('.') + 1);
        boolean basic = BASIC.contains(name);
        Quantity amount;
        if (resource.equals("limits." + name) && (basic || name.startsWith("hugepages-"))) {
            amount = Amounts.limit(container, name);
            if (basic && (amount == null || Amounts.milli(amount) == 0)) amount = mostOf(name);
        } else if (resource.equals("requests." + name) && (basic || name.startsWith("hugepages-"))) {
            amount = Amounts.request(container, name);
        } else {
            throw new IllegalArgumentException("unsupported container resource : " + resource);
        }
        BigDecimal value = amount == null ? BigDecimal.ZERO : Quantity.getAmountInBytes(amount);
        BigDecimal divisor =
                selector.getDivisor() == null ? BigDecimal.ONE : Quantity.getAmountInBytes(selector.getDivisor());
        if (divisor.signum() == 0) divisor = BigDecimal.ONE;
        return value.divide(divisor, 0, RoundingMode.CEILING).toPlainString();
    }

    /** What a container without a limit can have: the limit of its Pod, or all that the node gives. */
    private Quantity mostOf(String name) {
        ResourceRequirements whole = pod.getSpec().getResources();
        Quantity limit = whole == null ? null : orEmpty(whole.getLimits()).get(name);
        return limit == null || Amounts.milli(limit) == 0 || !allocatable.containsKey(name)
                ? allocatable.get(name)
                : limit;
    }

    private static String lines(Map<String, String> map) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(orEmpty(map)).forEach((key, value) -> {
            if (!text.isEmpty()) text.append('\n');
            text.append(key).append('=').append(GoQuote.quote(value));
        });
        return text.toString();
    }

    private static <V> Map<String, V> orEmpty(Map<String, V> map) {
        return map == null ? Map.of() : map;
    }
}
