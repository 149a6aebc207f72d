package io.k8j.apiserver.printer;

import static io.k8j.apiserver.printer.Docs.field;
import static io.k8j.apiserver.printer.Docs.paragraphs;

import io.k8j.apiserver.printer.Table.Row;
import io.k8j.apiserver.validation.Place;
import java.util.Map;
import java.util.stream.Collectors;

/** Tables of volumes, their classes and drivers. */
final class StorageTables {
    static final Map<String, Table> TABLES = Map.of(
            "PersistentVolume", persistentVolume(),
            "PersistentVolumeClaim", persistentVolumeClaim(),
            "StorageClass", storageClass(),
            "VolumeAttributesClass",
                    Table.named()
                            .column(
                                    "DriverName",
                                    "string",
                                    field("storage.v1.VolumeAttributesClass", "driverName"),
                                    r -> r.text("driverName"))
                            .age(),
            "VolumeAttachment", volumeAttachment(),
            "CSINode",
                    Table.named()
                            .column(
                                    "Drivers",
                                    "integer",
                                    "Drivers indicates the number of CSI drivers registered on the node",
                                    r -> (long) r.at("spec", "drivers").size())
                            .age(),
            "CSIDriver", csiDriver());

    private StorageTables() {}

    private static String phase(Row row) {
        return row.deleting() ? "Terminating" : row.text("status", "phase");
    }

    private static String storageClassOf(Row row) {
        Place beta = row.at("metadata", "annotations").field("volume.beta.kubernetes.io/storage-class");
        return beta.present() ? beta.text() : row.text("spec", "storageClassName");
    }

    private static Table persistentVolume() {
        String spec = "core.v1.PersistentVolumeSpec";
        return Table.named()
                .column(
                        "Capacity",
                        "string",
                        field(spec, "capacity"),
                        r -> Cells.quantity(r.at("spec", "capacity", "storage")))
                .column(
                        "Access Modes",
                        "string",
                        field(spec, "accessModes"),
                        r -> Cells.accessModes(r.at("spec", "accessModes")))
                .column(
                        "Reclaim Policy",
                        "string",
                        field(spec, "persistentVolumeReclaimPolicy"),
                        r -> r.text("spec", "persistentVolumeReclaimPolicy"))
                .column("Status", "string", field("core.v1.PersistentVolumeStatus", "phase"), StorageTables::phase)
                .column("Claim", "string", field(spec, "claimRef"), StorageTables::claim)
                .column("StorageClass", "string", "StorageClass of the pv", StorageTables::storageClassOf)
                .column(
                        "VolumeAttributesClass",
                        "string",
                        "VolumeAttributesClass of the pv",
                        r -> Cells.orUnset(r.at("spec", "volumeAttributesClassName")))
                .column(
                        "Reason",
                        "string",
                        field("core.v1.PersistentVolumeStatus", "reason"),
                        r -> r.text("status", "reason"))
                .age()
                .wide(
                        "VolumeMode",
                        "string",
                        field(spec, "volumeMode"),
                        r -> Cells.orUnset(r.at("spec", "volumeMode")));
    }

    private static String claim(Row row) {
        Place claim = row.at("spec", "claimRef");
        return claim.absent() ? "" : claim.text("namespace") + "/" + claim.text("name");
    }

    private static Table persistentVolumeClaim() {
        String spec = "core.v1.PersistentVolumeClaimSpec";
        String status = "core.v1.PersistentVolumeClaimStatus";
        return Table.named()
                .column("Status", "string", field(status, "phase"), StorageTables::phase)
                .column("Volume", "string", field(spec, "volumeName"), r -> r.text("spec", "volumeName"))
                .column(
                        "Capacity",
                        "string",
                        field(status, "capacity"),
                        r -> r.text("spec", "volumeName").isEmpty()
                                ? ""
                                : Cells.quantity(r.at("status", "capacity", "storage")))
                .column(
                        "Access Modes",
                        "string",
                        field(status, "accessModes"),
                        r -> r.text("spec", "volumeName").isEmpty()
                                ? ""
                                : Cells.accessModes(r.at("status", "accessModes")))
                .column("StorageClass", "string", "StorageClass of the pvc", StorageTables::storageClassOf)
                .column(
                        "VolumeAttributesClass",
                        "string",
                        "VolumeAttributesClass of the pvc",
                        r -> Cells.orUnset(r.at("spec", "volumeAttributesClassName")))
                .age()
                .wide(
                        "VolumeMode",
                        "string",
                        field(spec, "volumeMode"),
                        r -> Cells.orUnset(r.at("spec", "volumeMode")));
    }

    private static String isDefault(Row row, String... annotations) {
        for (String annotation : annotations) {
            if (row.at("metadata", "annotations").text(annotation).equals("true")) {
                return " (default)";
            }
        }
        return "";
    }

    private static Table storageClass() {
        String type = "storage.v1.StorageClass";
        return Table.empty()
                .column(
                        "Name",
                        "string",
                        "name",
                        Docs.NAME,
                        0,
                        r -> r.name()
                                + isDefault(
                                        r,
                                        "storageclass.kubernetes.io/is-default-class",
                                        "storageclass.beta.kubernetes.io/is-default-class"))
                .column("Provisioner", "string", field(type, "provisioner"), r -> r.text("provisioner"))
                .column("ReclaimPolicy", "string", field(type, "reclaimPolicy"), r -> or(r, "reclaimPolicy", "Delete"))
                .column(
                        "VolumeBindingMode",
                        "string",
                        field(type, "volumeBindingMode"),
                        r -> or(r, "volumeBindingMode", "Immediate"))
                .column(
                        "AllowVolumeExpansion",
                        "string",
                        field(type, "allowVolumeExpansion"),
                        r -> r.at("allowVolumeExpansion").isTrue())
                .age();
    }

    private static String or(Row row, String field, String fallback) {
        return row.at(field).absent() ? fallback : row.text(field);
    }

    private static Table volumeAttachment() {
        String spec = "storage.v1.VolumeAttachmentSpec";
        return Table.named()
                .column("Attacher", "string", "name", field(spec, "attacher"), 0, r -> r.text("spec", "attacher"))
                .column(
                        "PV",
                        "string",
                        field("storage.v1.VolumeAttachmentSource", "persistentVolumeName"),
                        r -> r.text("spec", "source", "persistentVolumeName"))
                .column("Node", "string", field(spec, "nodeName"), r -> r.text("spec", "nodeName"))
                .column(
                        "Attached",
                        "boolean",
                        field("storage.v1.VolumeAttachmentStatus", "attached"),
                        r -> r.at("status", "attached").isTrue())
                .age();
    }

    private static Table csiDriver() {
        String spec = "storage.v1.CSIDriverSpec";
        return Table.named()
                .column(
                        "AttachRequired",
                        "boolean",
                        paragraphs(spec, "attachRequired"),
                        r -> r.at("spec", "attachRequired").absent()
                                || r.at("spec").isTrue("attachRequired"))
                .column(
                        "PodInfoOnMount",
                        "boolean",
                        paragraphs(spec, "podInfoOnMount"),
                        r -> r.at("spec").isTrue("podInfoOnMount"))
                .column(
                        "StorageCapacity",
                        "boolean",
                        paragraphs(spec, "storageCapacity"),
                        r -> r.at("spec").isTrue("storageCapacity"))
                .column("TokenRequests", "string", paragraphs(spec, "tokenRequests"), StorageTables::audiences)
                .column(
                        "RequiresRepublish",
                        "boolean",
                        paragraphs(spec, "requiresRepublish"),
                        r -> r.at("spec").isTrue("requiresRepublish"))
                .column(
                        "Modes",
                        "string",
                        paragraphs(spec, "volumeLifecycleModes"),
                        r -> Cells.orNone(String.join(
                                ",", r.at("spec", "volumeLifecycleModes").texts())))
                .age();
    }

    private static String audiences(Row row) {
        Place requests = row.at("spec", "tokenRequests");
        return requests.absent()
                ? "<unset>"
                : requests.items().stream().map(t -> t.text("audience")).collect(Collectors.joining(","));
    }
}
