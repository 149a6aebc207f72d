/**
 * The plugin for devices (DRA): it gathers what a Pod's claims need ({@code DeviceNeeds}), lets the allocator in
 * {@code scheduler.devices} search on each node, writes the allocation before binding ({@code DeviceBinding}), and says
 * which change may help a Pod that was refused ({@code DeviceHints}).
 */
package io.k8j.scheduler.plugins.devices;
