/**
 * What {@link io.k8j.server.controlplane.ControlPlane} puts together: the store ({@link
 * io.k8j.server.controlplane.StoreOpening}, {@link io.k8j.server.controlplane.StoredEncryption}), certificates and keys
 * ({@link io.k8j.server.controlplane.ClusterCertificates}), the API server and, over direct calls to it ({@link
 * io.k8j.server.controlplane.CurrentTransport}), controllers and scheduler with their ports for health and metrics ({@link
 * io.k8j.server.controlplane.ComponentPorts}). The classes whose names end in {@code Flags} or {@code Settings} make the
 * parts' settings of upstream's flags and do nothing else.
 */
package io.k8j.server.controlplane;
