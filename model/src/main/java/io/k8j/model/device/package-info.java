/**
 * Selectors of devices: CEL expressions over the variable {@code device}, as DeviceClasses and ResourceClaims have them.
 *
 * <ol>
 *   <li>{@link io.k8j.model.device.DeviceExpression} compiles a selector, or says in upstream's words what is wrong.
 *   <li>{@link io.k8j.model.device.DeviceVariable} makes the variable of a device that a driver published.
 *   <li>An expression answers for a variable.
 * </ol>
 */
package io.k8j.model.device;
