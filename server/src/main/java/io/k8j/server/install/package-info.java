/**
 * What a machine needs to be a node: {@link io.k8j.server.install.MachineCheck} looks and changes nothing, {@link
 * io.k8j.server.install.Packages} installs the programs that are missing.
 */
package io.k8j.server.install;
