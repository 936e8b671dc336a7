/* A piezo's input: the sensor, and its strike while there is one. */
#ifndef ED_PIEZO_H
#define ED_PIEZO_H

#include "ed_scan.h"
#include "ed_sensor.h"

struct ed_piezo {
    struct ed_sensor sensor;
    struct ed_scan scan;
};

#endif
