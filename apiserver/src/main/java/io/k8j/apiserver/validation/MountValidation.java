package io.k8j.apiserver.validation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks where a container mounts volumes and devices. */
final class MountValidation {
    private static final List<String> PROPAGATIONS = List.of("Bidirectional", "HostToContainer", "None");
    private static final List<String> READ_ONLY = List.of("Disabled", "Enabled", "IfPossible");

    private MountValidation() {}

    static void mounts(Findings f, Place container, Map<String, Place> volumes) {
        Place mounts = container.field("volumeMounts");
        Map<String, String> devices = paths(container.field("volumeDevices"), "devicePath");
        Set<String> used = new HashSet<>();
        for (Place mount : mounts.items()) {
            Place name = mount.field("name");
            Place path = mount.field("mountPath");
            if (name.text().isEmpty()) {
                f.required(name);
            }
            if (!volumes.containsKey(name.text())) {
                f.notFound(name, name.text());
            }
            if (path.text().isEmpty()) {
                f.required(path);
            }
            if (!used.add(path.text())) {
                f.invalid(path, path.text(), "must be unique");
            }
            if (devices.containsKey(name.text())) {
                f.invalid(name, name.text(), "must not already exist in volumeDevices");
            }
            if (devices.containsValue(path.text())) {
                f.invalid(path, path.text(), "must not already exist as a path in volumeDevices");
            }
            subPath(f, mounts, mount);
            propagation(f, mounts, mount, container);
            readOnly(f, mounts, mount);
        }
    }

    /** Upstream names the list, not the item, for these fields. */
    private static Place ofList(Place mounts, Place mount, String field) {
        return new Place(mount.field(field).value(), mounts.path() + "." + field);
    }

    private static void subPath(Findings f, Place mounts, Place mount) {
        if (!mount.text("subPath").isEmpty()) {
            PathValidation.localDescending(f, ofList(mounts, mount, "subPath"));
        }
        Place expression = mount.field("subPathExpr");
        if (!expression.text().isEmpty()) {
            if (!mount.text("subPath").isEmpty()) {
                f.invalid(expression, expression.text(), "subPathExpr and subPath are mutually exclusive");
            }
            PathValidation.localDescending(f, ofList(mounts, mount, "subPathExpr"));
        }
    }

    private static void propagation(Findings f, Place mounts, Place mount, Place container) {
        Place propagation = ofList(mounts, mount, "mountPropagation");
        if (propagation.absent()) {
            return;
        }
        Meta.oneOf(f, propagation, PROPAGATIONS);
        boolean privileged = container.at("securityContext", "privileged").isTrue();
        if (propagation.text().equals("Bidirectional") && !privileged) {
            f.forbidden(propagation, "Bidirectional mount propagation is available only to privileged containers");
        }
    }

    private static void readOnly(Findings f, Place mounts, Place mount) {
        Place recursive = ofList(mounts, mount, "recursiveReadOnly");
        if (recursive.absent() || recursive.text().equals("Disabled")) {
            return;
        }
        if (!READ_ONLY.contains(recursive.text())) {
            f.notSupported(recursive, recursive.text(), READ_ONLY);
            return;
        }
        if (!mount.isTrue("readOnly")) {
            f.forbidden(recursive, "may only be specified when readOnly is true");
        }
        Place propagation = mount.field("mountPropagation");
        if (propagation.present() && !propagation.text().equals("None")) {
            f.forbidden(recursive, "may only be specified when mountPropagation is None or not specified");
        }
    }

    static void devices(Findings f, Place container, Map<String, Place> volumes) {
        Map<String, String> mounts = paths(container.field("volumeMounts"), "mountPath");
        Set<String> names = new HashSet<>();
        Set<String> used = new HashSet<>();
        for (Place device : container.field("volumeDevices").items()) {
            Place name = device.field("name");
            Place path = device.field("devicePath");
            Place volume = volumes.get(name.text());
            if (name.text().isEmpty()) {
                f.required(name);
            }
            if (names.contains(name.text())) {
                f.invalid(name, name.text(), "must be unique");
            }
            if (volume == null) {
                f.notFound(name, name.text());
            } else if (volume.field("persistentVolumeClaim").absent()
                    && volume.field("ephemeral").absent()) {
                f.invalid(
                        name,
                        name.text(),
                        "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            }
            devicePath(f, path, used);
            if (mounts.containsKey(name.text())) {
                f.invalid(name, name.text(), "must not already exist in volumeMounts");
            }
            if (mounts.containsValue(path.text())) {
                f.invalid(path, path.text(), "must not already exist as a path in volumeMounts");
            }
            if (!name.text().isEmpty()) {
                names.add(name.text());
            }
        }
    }

    private static void devicePath(Findings f, Place path, Set<String> used) {
        if (path.text().isEmpty()) {
            f.required(path);
        }
        if (used.contains(path.text())) {
            f.invalid(path, path.text(), "must be unique");
        }
        if (PathValidation.hasBacksteps(path.text())) {
            f.invalid(path, path.text(), "can not contain backsteps ('..')");
        } else {
            used.add(path.text());
        }
    }

    private static Map<String, String> paths(Place list, String field) {
        Map<String, String> paths = new HashMap<>();
        list.items().forEach(item -> paths.put(item.text("name"), item.text(field)));
        return paths;
    }
}
