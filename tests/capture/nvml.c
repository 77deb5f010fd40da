/* A library with the functions of NVML that are used, for a machine of two GPUs, the second of them divided. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct { unsigned kind, index; } device; /* kind 0: a GPU, 1: an instance */
static device gpus[2] = {{0, 0}, {0, 1}}, instances[2] = {{1, 0}, {1, 1}};
static int started = 0;

int nvmlInit_v2(void) { started++; return getenv("FAKE_NVML_BROKEN") ? 9 : 0; }
int nvmlShutdown(void) { started--; return 0; }
static int off(void) { return started < 1; }

int nvmlSystemGetDriverVersion(char *text, unsigned size) { snprintf(text, size, "570.86.15"); return off(); }
int nvmlSystemGetCudaDriverVersion_v2(int *number) { *number = 12080; return off(); }
int nvmlDeviceGetCount_v2(unsigned *number) { *number = 2; return off(); }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, device **handle) { *handle = &gpus[index]; return index > 1; }
int nvmlDeviceGetName(device *one, char *text, unsigned size) {
  snprintf(text, size, one->kind ? "NVIDIA H100 80GB HBM3 MIG 3g.40gb" : "NVIDIA H100 80GB HBM3");
  return 0;
}
int nvmlDeviceGetUUID(device *one, char *text, unsigned size) {
  snprintf(text, size, "%s-%u0000000-aaaa", one->kind ? "MIG" : "GPU", one->index + 1);
  return 0;
}
int nvmlDeviceGetMemoryInfo(device *one, unsigned long long *memory) {
  memory[0] = one->kind ? 42949672960ULL : 85520809984ULL;
  return 0;
}
int nvmlDeviceGetCudaComputeCapability(device *one, int *major, int *minor) {
  *major = 9, *minor = 0;
  return one->kind; /* an instance has none of its own */
}
int nvmlDeviceGetMigMode(device *one, unsigned *mode, unsigned *pending) {
  *mode = *pending = one->index == 1 && getenv("FAKE_NVML_DIVIDED") != NULL;
  return 0;
}
int nvmlDeviceGetMaxMigDeviceCount(device *one, unsigned *number) { *number = 7; return one->kind; }
int nvmlDeviceGetMigDeviceHandleByIndex(device *one, unsigned index, device **handle) {
  if (one->index != 1 || index % 3 != 0 || index > 3) return 6; /* not found */
  *handle = &instances[index / 3];
  return 0;
}
int nvmlDeviceGetNvLinkState(device *one, unsigned link, unsigned *state) {
  *state = link < 18 && getenv("FAKE_NVML_LINKED") != NULL;
  return link >= 18;
}
int nvmlDeviceGetMaxPcieLinkGeneration(device *one, unsigned *number) { *number = 5; return 0; }
int nvmlDeviceGetMaxPcieLinkWidth(device *one, unsigned *number) { *number = one->index ? 8 : 16; return 0; }
int nvmlDeviceGetTotalEnergyConsumption(device *one, unsigned long long *millijoules) {
  static unsigned long long used = 1000000;
  *millijoules = used += 1500;
  return one->kind;
}

typedef struct { unsigned pid; unsigned long long used; unsigned gpu, compute; } process;
int nvmlDeviceGetComputeRunningProcesses_v3(device *one, unsigned *count, process *found) {
  /* Who holds the first GPU stands in a file: the number of a process and bytes. */
  const char *path = getenv("FAKE_NVML_HOLDER");
  FILE *file = path && one->index == 0 && !one->kind ? fopen(path, "r") : NULL;
  *count = 0;
  if (file) {
    if (fscanf(file, "%u %llu", &found[1].pid, &found[1].used) == 2) {
      found[0].pid = 1, found[0].used = 7;
      *count = 2;
    }
    fclose(file);
  }
  return 0;
}
