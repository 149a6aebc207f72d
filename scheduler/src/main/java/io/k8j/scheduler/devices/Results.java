package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAllocationConfiguration;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAllocationConfigurationBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClaimConfiguration;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClassConfiguration;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.OpaqueDeviceConfiguration;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.model.quantity.Quantity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes allocations of what a search found. */
final class Results {
    private Results() {}

    static List<AllocationResult> of(Search search, String node) throws StopException {
        List<AllocationResult> all = new ArrayList<>();
        for (int i = 0; i < search.claims.size(); i++) {
            List<Search.Picked> picked = search.picked.get(i);
            all.add(new AllocationResultBuilder()
                    .withNewDevices()
                    .withResults(picked.stream().map(Results::result).toList())
                    .withConfig(configs(search, i))
                    .endDevices()
                    .withNodeSelector(nodes(search.claims.get(i), picked, node))
                    .build());
        }
        return all;
    }

    private static DeviceRequestAllocationResult result(Search.Picked picked) {
        PublishedDevice device = picked.candidate().device();
        DeviceRequestAllocationResultBuilder result = new DeviceRequestAllocationResultBuilder()
                .withRequest(picked.request().fullName())
                .withDriver(device.id.driver())
                .withPool(device.id.pool())
                .withDevice(device.id.device())
                .withTolerations(picked.request().tolerations)
                .withShareID(picked.share())
                .withBindingConditions(device.device.getBindingConditions())
                .withBindingFailureConditions(device.device.getBindingFailureConditions());
        if (picked.request().admin) {
            result.withAdminAccess(true);
        }
        if (!picked.consumed().isEmpty()) {
            Map<String, io.fabric8.kubernetes.api.model.Quantity> consumed = new TreeMap<>();
            picked.consumed().forEach((name, amount) -> consumed.put(name, plain(amount)));
            result.withConsumedCapacity(consumed);
        }
        return result.build();
    }

    private static io.fabric8.kubernetes.api.model.Quantity plain(Quantity amount) {
        return io.fabric8.kubernetes.api.model.Quantity.parse(amount.toString());
    }

    private static List<DeviceAllocationConfiguration> configs(Search search, int claim) {
        List<Request> used = new ArrayList<>();
        for (List<Request> alternatives : search.requests.get(claim)) {
            used.add(alternatives.get(search.chosen.get(alternatives)));
        }
        List<DeviceAllocationConfiguration> configs = new ArrayList<>();
        Map<String, List<String>> byClass = new LinkedHashMap<>();
        Map<String, DeviceClass> classes = new LinkedHashMap<>();
        for (Request request : used) {
            byClass.computeIfAbsent(request.className, c -> new ArrayList<>()).add(request.fullName());
            classes.putIfAbsent(request.className, request.deviceClass);
        }
        byClass.forEach((name, requests) -> {
            for (DeviceClassConfiguration config : classes.get(name).getSpec().getConfig()) {
                configs.add(config("FromClass", requests, config.getOpaque()));
            }
        });
        for (DeviceClaimConfiguration config :
                search.claims.get(claim).getSpec().getDevices().getConfig()) {
            if (config.getRequests().isEmpty()) {
                configs.add(config("FromClaim", List.of(), config.getOpaque()));
            }
            for (Request request : used) {
                if (config.getRequests().contains(request.baseName())
                        || config.getRequests().contains(request.fullName())) {
                    configs.add(config("FromClaim", config.getRequests(), config.getOpaque()));
                }
            }
        }
        return configs;
    }

    private static DeviceAllocationConfiguration config(
            String source, List<String> requests, OpaqueDeviceConfiguration opaque) {
        return new DeviceAllocationConfigurationBuilder()
                .withSource(source)
                .withRequests(requests)
                .withOpaque(opaque)
                .build();
    }

    /** The nodes that reach all devices; null if all nodes do. */
    private static NodeSelector nodes(ResourceClaim claim, List<Search.Picked> picked, String node)
            throws StopException {
        NodeSelectorTerm term = new NodeSelectorTerm();
        for (Search.Picked one : picked) {
            PublishedSlice slice = one.candidate().slice();
            PublishedDevice device = one.candidate().device();
            String name = slice.perDevice ? device.device.getNodeName() : slice.node;
            NodeSelector selector = slice.perDevice ? device.device.getNodeSelector() : slice.nodeSelector;
            if (name != null && !name.isEmpty() || Boolean.TRUE.equals(device.device.getBindsToNode())) {
                return new NodeSelectorBuilder()
                        .addNewNodeSelectorTerm()
                        .addNewMatchField()
                        .withKey("metadata.name")
                        .withOperator("In")
                        .withValues(node)
                        .endMatchField()
                        .endNodeSelectorTerm()
                        .build();
            }
            if (selector == null || selector.getNodeSelectorTerms().isEmpty()) {
                continue;
            }
            if (selector.getNodeSelectorTerms().size() > 1) {
                throw new StopException(
                        "create NodeSelector for claim %s: unsupported ResourceSlice.NodeSelector with %d terms"
                                .formatted(
                                        claim.getMetadata().getName(),
                                        selector.getNodeSelectorTerms().size()));
            }
            NodeSelectorTerm own = selector.getNodeSelectorTerms().getFirst();
            addNew(own.getMatchFields(), term.getMatchFields());
            addNew(own.getMatchExpressions(), term.getMatchExpressions());
        }
        return term.getMatchFields().isEmpty() && term.getMatchExpressions().isEmpty()
                ? null
                : new NodeSelectorBuilder().withNodeSelectorTerms(term).build();
    }

    private static void addNew(List<NodeSelectorRequirement> from, List<NodeSelectorRequirement> to) {
        for (NodeSelectorRequirement requirement : from) {
            boolean known = to.stream()
                    .anyMatch(other -> other.getKey().equals(requirement.getKey())
                            && other.getOperator().equals(requirement.getOperator())
                            && new HashSet<>(other.getValues()).equals(new HashSet<>(requirement.getValues())));
            if (!known) {
                to.add(requirement);
            }
        }
    }
}
