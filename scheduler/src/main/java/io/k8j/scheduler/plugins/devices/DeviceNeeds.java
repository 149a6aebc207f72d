package io.k8j.scheduler.plugins.devices;

import io.fabric8.kubernetes.api.model.ContainerExtendedResourceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSubRequest;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.k8j.model.group.SharedClaims;
import io.k8j.scheduler.devices.Allocator;
import io.k8j.scheduler.devices.PodClaims;
import io.k8j.scheduler.framework.NodeSelection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/** What a Pod needs and got of devices, in the order of its claims; kept while it is placed and bound. */
final class DeviceNeeds {
    private static final int MOST_ALTERNATIVES = 8;

    final List<ResourceClaim> claims; // replaced one by one while the Pod is bound
    final List<ResourceClaimConsumerReference> consumers; // of each claim: the Pod, or its group
    final SortedMap<String, String> extended; // extended resources, with the classes that stand for them
    final String extendedUid; // of the claim for these until it is stored; null if there are none
    final List<NodeSelection> reach = new ArrayList<>(); // null for claims without devices, or on all nodes
    final List<ResourceClaim> toAllocate = new ArrayList<>(); // without the one for extended resources
    final Map<ResourceClaim, AllocationResult> joined = new IdentityHashMap<>(0); // which others of the group began
    final Map<String, Choice> found = new HashMap<>(); // by node
    final Set<Integer> unavailable = new HashSet<>(); // claims whose devices some node does not reach
    final Map<String, AllocationResult> reserved = new LinkedHashMap<>(); // by claim's uid
    Allocator allocator; // null if there is nothing to allocate
    Choice chosen; // null until a node is
    ResourceClaim extendedStored; // null until it is

    DeviceNeeds(PodClaims of, SortedMap<String, String> extended, String extendedUid) {
        this.claims = new ArrayList<>(of.claims());
        this.consumers = of.consumers();
        this.extended = extended;
        this.extendedUid = extendedUid;
    }

    /** The uid of the group that is to use a claim; null if the Pod is to. */
    String groupOf(ResourceClaim claim) {
        for (int i = 0; i < consumers.size(); i++) {
            if (claims.get(i) == claim) { // a look at all that is in them would cost more
                return SharedClaims.isGroup(consumers.get(i)) ? consumers.get(i).getUid() : null;
            }
        }
        return null;
    }

    /**
     * What a node has for a Pod.
     *
     * @param claims to allocate
     * @param extended the last of them, if it is for extended resources; else null
     * @param mappings of the extended resources to containers
     * @param results in the order of the claims
     */
    record Choice(
            List<ResourceClaim> claims,
            ResourceClaim extended,
            List<ContainerExtendedResourceRequest> mappings,
            List<AllocationResult> results) {
        Choice with(List<AllocationResult> found) {
            return new Choice(claims, extended, mappings, found);
        }

        /** Earlier alternatives of requests are better. */
        long score() {
            long score = 0;
            for (int i = 0; i < results.size(); i++) {
                Set<String> used = new HashSet<>();
                for (DeviceRequestAllocationResult result :
                        results.get(i).getDevices().getResults()) {
                    used.add(result.getRequest());
                }
                for (DeviceRequest request :
                        claims.get(i).getSpec().getDevices().getRequests()) {
                    List<DeviceSubRequest> alternatives = request.getFirstAvailable();
                    for (int n = 0; n < alternatives.size(); n++) {
                        if (used.contains(
                                request.getName() + "/" + alternatives.get(n).getName())) {
                            score += MOST_ALTERNATIVES - n;
                        }
                    }
                }
            }
            return score;
        }
    }
}
