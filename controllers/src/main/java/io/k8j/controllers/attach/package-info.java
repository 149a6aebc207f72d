/**
 * Volumes of CSI drivers are attached to the nodes whose Pods use them, and detached when none does: upstream's
 * attach/detach controller. Pods, claims and volumes → {@link io.k8j.controllers.attach.NodeVolumes}, what a node should
 * have → {@link io.k8j.controllers.attach.AttachDetachController} makes and deletes VolumeAttachments, which the driver's
 * own attacher acts on, and writes {@code volumesAttached} into the node's status.
 */
package io.k8j.controllers.attach;
