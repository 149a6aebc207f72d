/**
 * Addresses and node ports of Services.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.service.ServiceAllocator} reserves them before a Service is written and gives them back
 *       when the write fails or the Service goes. It knows all of them from the stored Services, read at start.
 *   <li>{@link io.k8j.apiserver.service.AddressRange} and {@link io.k8j.apiserver.service.PortRange} are the two kinds
 *       of numbers, each with a band that is given out last so that people can choose from it.
 *   <li>{@link io.k8j.apiserver.service.AddressObjects} keeps an IPAddress object for each address.
 * </ol>
 */
package io.k8j.apiserver.service;
