package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerExtendedResourceRequest;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** Makes a ResourceClaim of a Pod's requests for extended resources that DeviceClasses stand for. Pure functions. */
public final class ExtendedResources {
    /** On claims that the scheduler makes. */
    public static final String ANNOTATION = "resource.kubernetes.io/extended-resource-claim";

    /** Of a claim that is not stored. */
    static final String NAME_IN_MEMORY = "<extended-resources>";

    private ExtendedResources() {}

    /**
     * What a Pod asks for.
     *
     * @param mappings which request serves which container
     */
    public record Asked(List<DeviceRequest> requests, List<ContainerExtendedResourceRequest> mappings) {}

    /**
     * A claim that is not stored, with a uid of its own.
     *
     * @param asked of one node: other nodes may have some of the resources without devices
     */
    public static ResourceClaim claim(Pod pod, String uid, Asked asked) {
        return new ResourceClaimBuilder()
                .withNewMetadata()
                .withNamespace(pod.getMetadata().getNamespace())
                .withName(NAME_IN_MEMORY)
                .withUid(uid)
                .withGenerateName(pod.getMetadata().getName() + "-extended-resources-")
                .addToAnnotations(ANNOTATION, "true")
                .addNewOwnerReference()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withNewDevices()
                .withRequests(asked.requests())
                .endDevices()
                .endSpec()
                .build();
    }

    /** @param classes by resource */
    public static Asked asked(Pod pod, SortedMap<String, String> classes) {
        List<Container> containers = new ArrayList<>(pod.getSpec().getInitContainers());
        int inits = containers.size();
        containers.addAll(pod.getSpec().getContainers());
        List<DeviceRequest> requests = new ArrayList<>();
        List<ContainerExtendedResourceRequest> mappings = new ArrayList<>();
        classes.forEach((resource, className) -> {
            DeviceRequest[] lasting = new DeviceRequest[containers.size()];
            for (int i = 0; i < containers.size(); i++) {
                if (i >= inits || isSidecar(containers.get(i))) {
                    lasting[i] = request(i, containers.get(i), resource, className, List.of(), mappings);
                }
            }
            addPassing(containers.subList(0, inits), resource, className, lasting, requests, mappings);
            for (DeviceRequest request : lasting) {
                if (request != null) {
                    requests.add(request);
                }
            }
        });
        requests.sort(Comparator.comparing(DeviceRequest::getName));
        return new Asked(requests, mappings);
    }

    private static boolean isSidecar(Container container) {
        return "Always".equals(container.getRestartPolicy());
    }

    /** Init containers run one after the other, before those that come after them: they use the same devices. */
    private static void addPassing(
            List<Container> inits,
            String resource,
            String className,
            DeviceRequest[] lasting,
            List<DeviceRequest> requests,
            List<ContainerExtendedResourceRequest> mappings) {
        DeviceRequest largest = null;
        Set<String> names = new HashSet<>();
        List<ContainerExtendedResourceRequest> own = new ArrayList<>();
        for (int i = 0; i < inits.size(); i++) {
            if (isSidecar(inits.get(i))) {
                continue;
            }
            List<DeviceRequest> later = new ArrayList<>();
            for (int j = i; j < lasting.length; j++) {
                if (lasting[j] != null) {
                    later.add(lasting[j]);
                }
            }
            DeviceRequest request = request(i, inits.get(i), resource, className, later, own);
            if (request != null) {
                names.add(request.getName());
                if (largest == null
                        || largest.getExactly().getCount()
                                < request.getExactly().getCount()) {
                    largest = request;
                }
            }
        }
        for (ContainerExtendedResourceRequest mapping : own) {
            if (largest != null && names.contains(mapping.getRequestName())) {
                mapping.setRequestName(largest.getName());
            }
        }
        if (largest != null) {
            requests.add(largest);
        }
        mappings.addAll(own);
    }

    /** Null if the container asks for nothing, or what it asks for is there already. */
    private static DeviceRequest request(
            int index,
            Container container,
            String resource,
            String className,
            List<DeviceRequest> reusable,
            List<ContainerExtendedResourceRequest> mappings) {
        Map<String, Quantity> wanted = container.getResources() == null
                ? null
                : container.getResources().getRequests();
        long left = wanted == null || wanted.get(resource) == null
                ? 0
                : io.k8j.model.quantity.Quantity.of(wanted.get(resource)).value();
        if (left == 0) {
            return null;
        }
        for (DeviceRequest request : reusable) {
            left -= request.getExactly().getCount();
            mappings.add(new ContainerExtendedResourceRequest(container.getName(), request.getName(), resource));
            if (left <= 0) {
                return null;
            }
        }
        int place = new TreeSet<>(wanted.keySet()).headSet(resource).size();
        String name = "container-%d-request-%d".formatted(index, place);
        mappings.add(new ContainerExtendedResourceRequest(container.getName(), name, resource));
        return new DeviceRequestBuilder()
                .withName(name)
                .withNewExactly()
                .withDeviceClassName(className)
                .withAllocationMode("ExactCount")
                .withCount(left)
                .endExactly()
                .build();
    }
}
