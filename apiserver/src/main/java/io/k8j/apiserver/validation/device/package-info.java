/**
 * Checks of resource.k8s.io: what drivers publish, what claims ask for, and what was allocated to them.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.validation.device.DeviceClassValidation},
 *       {@link io.k8j.apiserver.validation.device.ClaimValidation} (claims and templates),
 *       {@link io.k8j.apiserver.validation.device.ClaimStatusValidation} and
 *       {@link io.k8j.apiserver.validation.device.SliceValidation} are the kinds.
 *   <li>{@code DeviceParts} has what several of them share, {@code DeviceLists} the limits of lists.
 *   <li>Features that are off by default in 1.36 have no fields: {@code DisabledFields} drops them before.
 * </ol>
 */
package io.k8j.apiserver.validation.device;
