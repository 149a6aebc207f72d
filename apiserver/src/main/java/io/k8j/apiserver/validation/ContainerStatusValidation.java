package io.k8j.apiserver.validation;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks what a Pod's status says of its containers: users, devices, mounted images. */
final class ContainerStatusValidation {
    /** Statuses and where the containers stand. */
    private static final Map<String, String> CONTAINERS =
            Map.of("containerStatuses", "containers", "initContainerStatuses", "initContainers");

    private static final List<String> LISTS =
            List.of("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses");
    private static final int LONGEST_MESSAGE = 1024;
    private static final int LONGEST_IMAGE = 256;

    private ContainerStatusValidation() {}

    static void check(Findings f, Place pod) {
        Place status = pod.field("status");
        String os = pod.at("spec", "os", "name").text();
        for (String list : LISTS) {
            status.field(list).items().forEach(s -> user(f, s.at("user", "linux"), os));
        }
        for (String list : LISTS) {
            for (Place s : status.field(list).items()) {
                Place devices = s.field("allocatedResourcesStatus");
                if (CONTAINERS.containsKey(list)) {
                    devices(f, devices, container(pod.at("spec", CONTAINERS.get(list)), s.text("name")));
                } else if (!devices.isEmpty()) {
                    f.forbidden(devices, "must not be specified in container status");
                }
            }
        }
        for (String list : LISTS) {
            for (Place s : status.field(list).items()) {
                s.field("volumeMounts").items().forEach(mount -> image(f, mount.field("volumeStatus")));
            }
        }
    }

    private static void user(Findings f, Place linux, String os) {
        if (linux.absent()) {
            return;
        }
        if (os.equals("windows")) {
            f.forbidden(linux, "cannot be set for a windows pod");
        } else if (os.isEmpty() || os.equals("linux")) {
            id(f, linux.field("uid"));
            id(f, linux.field("gid"));
            linux.field("supplementalGroups").items().forEach(group -> id(f, group));
        }
    }

    private static void id(Findings f, Place id) {
        if (id.number(0) < 0 || id.number(0) > Integer.MAX_VALUE) {
            f.invalid(id, "must be between 0 and " + Integer.MAX_VALUE + ", inclusive");
        }
    }

    /** The container of that name; absent if there is none. */
    private static Place container(Place containers, String name) {
        return containers.items().stream()
                .filter(c -> c.text("name").equals(name))
                .findFirst()
                .orElse(Place.of(null));
    }

    private static void devices(Findings f, Place statuses, Place container) {
        for (Place status : statuses.items()) {
            Place name = status.field("name");
            boolean claim = name.text().startsWith("claim:");
            if (container.present() && claim && !claims(container).contains(name.text())) {
                f.invalid(
                        name,
                        name.text(),
                        "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or"
                                + " 'claim:<claimName>' if request is empty");
            } else if (container.present()
                    && !claim
                    && container.at("resources", "requests").field(name.text()).absent()) {
                f.invalid(name, name.text(), "must match one of the container's resource requests");
            }
            Set<String> ids = new HashSet<>();
            for (Place resource : status.field("resources").items()) {
                health(f, resource);
                if (!ids.add(resource.text("resourceID"))) {
                    f.duplicate(resource.field("resourceID"), resource.text("resourceID"));
                }
            }
        }
    }

    private static Set<String> claims(Place container) {
        Set<String> names = new HashSet<>();
        for (Place claim : container.at("resources", "claims").items()) {
            String request = claim.text("request");
            names.add("claim:" + claim.text("name") + (request.isEmpty() ? "" : "/" + request));
        }
        return names;
    }

    private static void health(Findings f, Place resource) {
        Meta.oneOf(f, resource.field("health"), List.of("Healthy", "Unhealthy", "Unknown"));
        Place message = resource.field("message");
        if (message.present() && message.text().isEmpty()) {
            f.required(message, "must be non-empty if specified");
        } else if (bytes(message) > LONGEST_MESSAGE) {
            f.tooLong(message, LONGEST_MESSAGE);
        }
    }

    private static void image(Findings f, Place volume) {
        if (volume.field("image").absent()) {
            return;
        }
        // Upstream's path has a name that no field has.
        Place at = volume.field("imageVolumeStatus")
                .field("imageRef")
                .with(volume.at("image", "imageRef").text());
        if (at.text().isEmpty()) {
            f.required(at, "imageRef must not be empty");
        }
        if (bytes(at) > LONGEST_IMAGE) {
            f.tooLong(at, LONGEST_IMAGE);
        }
    }

    private static int bytes(Place text) {
        return text.text().getBytes(StandardCharsets.UTF_8).length;
    }
}
